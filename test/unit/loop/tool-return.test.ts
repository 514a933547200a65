import { contentId, toToolContentPart, toToolPart } from '../../../src/common/wire';
import { toReportedOutcome, toToolOutcome } from '../../../src/workflows/loop';
import { runScript } from './run-script';
import { asksAgain, breaks, call, isReported, output, returns, returnsWith, says, text } from './script';

const CALL = { kind: 'tool-call', toolName: 't', args: '{}', toolCallId: 'c' } as const;
const image = { kind: 'image-url', url: 'https://example.com/a.png' } as const;

describe('what a tool wants read as the words of the user', () => {
  it('follows all results of the step, in the order of the calls', () => {
    const run = runScript({
      tools: { see: [returnsWith('seen', 'look 1'), returnsWith('seen', [image])], add: returns(3) },
      model: [says(call('see'), call('add'), call('see')), says(text('ok'))],
    });
    expect(run.messages[2]?.parts.map(({ kind }) => kind)).toEqual([
      'tool-return',
      'tool-return',
      'tool-return',
      'user-prompt',
      'user-prompt',
    ]);
    expect(run.messages[2]?.parts.slice(3)).toEqual([
      { kind: 'user-prompt', content: 'look 1' },
      { kind: 'user-prompt', content: [image] },
    ]);
  });

  it('is recorded once, by reference to the result', () => {
    const run = runScript({
      tools: { see: returnsWith('seen', 'look') },
      model: [says(call('see')), says(text('ok'))],
    });
    expect(run.requests[1]?.append).toEqual([
      { response: 'response-1' },
      { request: [{ result: 'result-1' }, { result: contentId('result-1') }] },
    ]);
  });

  it('follows also beside a final answer, and where another tool ends the run', () => {
    const beside = runScript({
      agent: { output: 'tool' },
      tools: { see: returnsWith('seen', 'look') },
      model: [says(output({ a: 1 }), call('see'))],
    });
    expect(beside.transcript.at(-1)).toBe('user: look');
    const failed = runScript({
      tools: { see: returnsWith('seen', 'look'), pay: breaks('down') },
      model: [says(call('see'), call('pay'))],
    });
    expect(failed.transcript.slice(-2)).toEqual(['see returned seen', 'user: look']);
  });

  it('counts as a call that succeeded', () => {
    const run = runScript({
      tools: { see: returnsWith('seen', '') },
      model: [says(call('see')), says(text('ok'))],
    });
    expect(run.usage.toolCalls).toBe(1);
    expect(run.transcript[3]).toBe('user: ');
  });
});

describe('the metadata of a tool', () => {
  it('stands beside the result, for the application', () => {
    const result = { id: 'r', content: 1, metadata: { rows: 3 } };
    expect(toToolPart(CALL, result)).toEqual({
      kind: 'tool-return',
      toolName: 't',
      toolCallId: 'c',
      content: 1,
      outcome: 'success',
      metadata: { rows: 3 },
    });
    expect(toToolContentPart(result)).toBeUndefined();
  });

  it('may be null', () => {
    expect(toToolPart(CALL, { id: 'r', content: 1, metadata: null })).toHaveProperty('metadata', null);
  });
});

describe('a failure that is reported', () => {
  const run = runScript({
    tools: { pay: [isReported('card service is down'), returns('paid')] },
    model: [says(call('pay')), says(call('pay')), says(text('ok'))],
  });

  it('is told to the model as a failed call, and the run goes on', () => {
    expect(run.output).toBe('ok');
    expect(run.transcript).toContain('pay failed: card service is down');
  });

  it('uses no retries, and counts as no tool call', () => {
    expect(run.usage.toolCalls).toBe(1);
    const budget = { toolRetries: 0 };
    const tools = { pay: [isReported('1'), isReported('2'), returns('paid')] };
    const model = [says(call('pay')), says(call('pay')), says(call('pay')), says(text('ok'))];
    expect(runScript({ agent: budget, tools, model }).output).toBe('ok');
  });

  it('does not set a final answer aside', () => {
    const beside = runScript({
      agent: { output: 'tool' },
      tools: { pay: isReported('down') },
      model: [says(output({ a: 1 }), call('pay'))],
    });
    expect(beside.output).toEqual({ a: 1 });
    expect(beside.transcript.at(-1)).toBe('pay failed: down');
  });

  it('is recorded as the part itself, for no activity returned it', () => {
    const part = { kind: 'tool-return', toolName: 't', toolCallId: 'c', content: 'x', outcome: 'failed' };
    expect(toReportedOutcome(CALL, 'x')).toEqual({ kind: 'answer', answer: { descriptor: part, part } });
  });

  it('resets no retries of its tool, and neither does a call that failed', () => {
    const again = runScript({
      tools: { t: [asksAgain('1'), isReported('down'), asksAgain('2')] },
      model: [says(call('t')), says(call('t')), says(call('t'))],
    });
    expect(again.failure?.message).toBe("Tool 't' exceeded max retries count of 1");
  });
});

it('refers to the result of an activity by the id that was drawn for it', () => {
  expect(toToolOutcome(CALL, { id: 'r', content: 1, userContent: 'look' })).toMatchObject({
    answer: { descriptor: { result: 'r' } },
    content: { descriptor: { result: 'r/content' }, part: { kind: 'user-prompt', content: 'look' } },
  });
});
