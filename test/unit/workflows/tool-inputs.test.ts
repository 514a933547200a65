import type { ToolCallPart } from '../../../src/common/messages';
import { startRun } from '../../../src/workflows/loop';
import { toToolInputs } from '../../../src/workflows/tool-inputs';
import { toManifest } from '../loop/run-script';

function summaryOf(args: ToolCallPart['args']): string | undefined {
  const call: ToolCallPart = { kind: 'tool-call', toolName: 'look_up', toolCallId: 'call_1', args };
  const state = startRun({ prompt: 'hello' }, toManifest());
  return toToolInputs(state, [{ call, position: 0, verdict: undefined, truncated: false }])[0]?.summary;
}

describe("the summary of a tool's activity", () => {
  it.each<{ args: ToolCallPart['args']; summary: string }>([
    { args: '{"order": "1042", "amount": 39.9}', summary: 'order: "1042", amount: 39.9' },
    { args: { to: ['ann', 'bob'], urgent: true }, summary: 'to: ["ann","bob"], urgent: true' },
    { args: {}, summary: '' },
    { args: '', summary: '' },
    { args: '{"note": "two\\nlines"}', summary: 'note: "two\\nlines"' },
  ])('says the arguments $args', ({ args, summary }) => {
    expect(summaryOf(args)).toBe(summary);
  });

  it('says how large arguments begin, though they are handed over by reference', () => {
    expect(summaryOf({ text: 'x'.repeat(100_000) })).toBe(`text: "${'x'.repeat(72)}…`);
  });
});
