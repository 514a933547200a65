import type { RequestPart } from '../../../src/common/messages';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import { describeStep, toCurrentDetails, toFirstDetails } from '../../../src/workflows/current-details';
import { type RunState, startRun } from '../../../src/workflows/loop';
import { toManifest } from '../loop/run-script';

const NOTHING = { base: EMPTY_TRANSCRIPT, append: [] };

function stateAfter(parts: readonly RequestPart[], { summaries = true } = {}): RunState {
  const state = startRun({ prompt: 'hello' }, { ...toManifest(), summaries });
  const messages = [{ kind: 'request' as const, parts }];
  return { ...state, transcript: { ...state.transcript, messages } };
}

function lastErrorAfter(parts: readonly RequestPart[], options = {}): string | undefined {
  const details = toCurrentDetails(stateAfter(parts, options), { agent: 'support', now: '' });
  return /\*\*Last error:\*\* (.*)/.exec(details)?.[1];
}

const toolReturn = (content: string, outcome: 'success' | 'failed'): RequestPart => ({
  kind: 'tool-return',
  toolName: 'look_up',
  toolCallId: 'call_1',
  content,
  outcome,
});

describe('current details', () => {
  it('of a first step, of which nothing else is known, begin like those of every other', () => {
    const first = toFirstDetails({ agent: 'support', model: 'scripted' });
    const now = describeStep({ kind: 'request-model', number: 1, transcript: NOTHING, final: false });
    expect(first).not.toBe('');
    expect(toCurrentDetails(stateAfter([]), { agent: 'support', now })).toContain(`${first}\n`);
  });

  it('name no error as long as there was none', () => {
    expect(lastErrorAfter([toolReturn('found', 'success')])).toBeUndefined();
  });

  it.each<{ kind: string; part: RequestPart; told: string }>([
    {
      kind: 'a failed tool',
      part: toolReturn('no such order', 'failed'),
      told: "`tool 'look_up': no such order`",
    },
    {
      kind: 'invalid arguments',
      part: {
        kind: 'retry-prompt',
        toolName: 'look_up',
        content: [{ path: 'order', message: 'expected a number' }],
      },
      told: "`tool 'look_up': order: expected a number`",
    },
    {
      kind: 'an answer of the wrong shape',
      part: { kind: 'retry-prompt', content: 'Please return text.' },
      told: '`the answer: Please return text.`',
    },
  ])('name the last error: $kind', ({ part, told }) => {
    expect(lastErrorAfter([toolReturn('first', 'failed'), part, toolReturn('found', 'success')])).toBe(told);
  });

  it('name only where the last error was when summaries are off', () => {
    expect(lastErrorAfter([toolReturn('no such order', 'failed')], { summaries: false })).toBe(
      "`tool 'look_up'`",
    );
  });

  it('keep text of others from being Markdown, and short', () => {
    const message = `\`![x](https://example.com/x.png)\`\n| ${'long '.repeat(1000)}`;
    const failed = describeStep({ kind: 'fail', failure: { type: 'UserError', message, fields: {} } });
    expect(failed).toMatch(/^\*\*Failed:\*\* `'!\[x\]\(https:\/\/example\.com\/x\.png\)' \| long [^`\n]*…`$/);
    expect(failed.length).toBeLessThan(400);
  });

  it('show what a run has cost once that is known', () => {
    const state = stateAfter([]);
    const text = toCurrentDetails(
      { ...state, usage: { ...state.usage, cost: 0.0125 } },
      { agent: 'a', now: '' },
    );
    expect(text.replaceAll('\u00a0', '')).toContain('| cost in US dollars | 0.012500 | – |');
  });
});
