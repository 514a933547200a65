import { runScript } from './run-script';
import {
  asksAgain,
  call,
  invalidCall,
  invalidOutput,
  invalidText,
  output,
  returns,
  returnsWith,
  says,
  type ScriptedHistory,
  type ScriptedPart,
  text,
  unknownCall,
} from './script';

/* Section 4 of semantics.md, from where the worker has planned the start: see also activities/plan-start.test.ts. */

const asked: ScriptedHistory = { length: 3, start: 'ask' };
const deciding = (...parts: readonly ScriptedPart[]): ScriptedHistory => ({
  length: 2,
  start: { decide: says(...parts) },
});

describe('a run without earlier messages', () => {
  it('starts with its prompt', () => {
    const run = runScript({ prompt: 'hi', model: [says(text('ho'))] });
    expect(run.transcript).toEqual(['user: hi', 'model: ho']);
  });

  it('takes an empty text for a prompt', () => {
    expect(runScript({ prompt: '', model: [says(text('ho'))] }).transcript[0]).toBe('user: ');
  });

  it('starts with a request without a user part when there is no prompt, but instructions', () => {
    const run = runScript({ prompt: null, model: [says(text('ho'))] });
    expect(run.messages[0]).toEqual({ kind: 'request', parts: [] });
    expect(run.requests[0]?.append).toEqual([{ input: true }]);
  });
});

describe('a run that goes on from earlier messages', () => {
  it('refers to them in its first request, and never repeats them', () => {
    const run = runScript({
      history: asked,
      tools: { add: returns(3) },
      model: [says(call('add')), says(text('ok'))],
    });
    expect(run.requests.map(({ append }) => append)).toEqual([
      [{ history: 3 }, { input: true }],
      [{ response: 'response-1' }, { request: [{ result: 'result-1' }] }],
    ]);
    expect(run.transcript[0]).toBe('user: hello');
  });

  it('counts them in the address of its transcript', () => {
    const run = runScript({ history: asked, model: [says(text('ok'))] });
    expect(run.state.transcript.start).toMatchObject({ length: 3 });
    expect(run.state.transcript.unsent.base).toMatchObject({ length: 4 });
  });

  it('adds a request without a user part when only instructions are given', () => {
    const run = runScript({ prompt: null, history: asked, model: [says(text('ok'))] });
    expect(run.messages[0]).toEqual({ kind: 'request', parts: [] });
  });
});

describe('a request at the end of the earlier messages', () => {
  it('is sent again, and is none of the new messages', () => {
    const run = runScript({
      prompt: null,
      history: { length: 3, start: 'resend' },
      model: [says(text('ok'))],
    });
    expect(run.requests).toEqual([{ base: { length: 0, version: '' }, append: [{ history: 3 }] }]);
    expect(run.transcript).toEqual(['model: ok']);
  });

  it('is followed by a second one when there is a prompt', () => {
    const run = runScript({ prompt: 'and?', history: asked, model: [says(text('ok'))] });
    expect(run.transcript).toEqual(['user: and?', 'model: ok']);
  });
});

describe('a response without calls at the end of the earlier messages', () => {
  it('is the result when it is valid: no request, no new messages, no usage', () => {
    const run = runScript({ prompt: null, history: deciding(text('said before')), model: [] });
    expect(run.output).toBe('said before');
    expect(run.messages).toEqual([]);
    expect(run.usage.requests).toBe(0);
    expect(run.tail).toEqual([{ history: 2 }]);
  });

  it('gets its retry prompt and a request when it is empty', () => {
    const run = runScript({ prompt: null, history: deciding(text('')), model: [says(text('ok'))] });
    expect(run.transcript).toEqual(['text again: Please return text.', 'model: ok']);
    expect(run.requests[0]?.append).toEqual([
      { history: 2 },
      { request: [{ kind: 'retry-prompt', content: 'Please return text.' }] },
    ]);
  });

  it('gets its retry prompt when it is invalid, and uses up an output retry', () => {
    const agent = { output: 'tool', outputRetries: 1 } as const;
    const history = deciding(invalidText('{}', 'is wrong'));
    const run = runScript({ prompt: null, agent, history, model: [says(output({ a: 1 }))] });
    expect(run.transcript[0]).toBe('text again: is wrong');
    const twice = runScript({ prompt: null, agent, history, model: [says(invalidOutput())] });
    expect(twice.failure?.message).toBe('Exceeded maximum output retries (1)');
    const none = runScript({ prompt: null, agent: { ...agent, outputRetries: 0 }, history, model: [] });
    expect(none.failure?.message).toBe('Exceeded maximum output retries (0)');
  });
});

describe('a response with calls at the end of the earlier messages', () => {
  it('has its calls carried out first, and then there is a request', () => {
    const run = runScript({
      prompt: null,
      history: deciding(call('add'), call('see')),
      tools: { add: returns(3), see: returnsWith('seen', 'look') },
      model: [says(text('ok'))],
    });
    expect(run.toolsRun).toEqual(['add', 'see']);
    expect(run.transcript).toEqual(['add returned 3', 'see returned seen', 'user: look', 'model: ok']);
    expect(run.usage).toMatchObject({ requests: 1, toolCalls: 2 });
    expect(run.requests[0]?.append).toEqual([
      { history: 2 },
      { request: [{ result: 'result-1' }, { result: 'result-2' }, { result: 'result-2/content' }] },
    ]);
  });

  it('ends the run at once when one of them is a final answer', () => {
    const run = runScript({
      prompt: null,
      agent: { output: 'tool' },
      history: deciding(output({ a: 1 })),
      model: [],
    });
    expect(run.output).toEqual({ a: 1 });
    expect(run.transcript).toEqual(['final_result returned Final result processed.']);
    expect(run.steps).toBe(0);
  });

  it('has calls that cannot run answered as ever', () => {
    const run = runScript({
      prompt: null,
      history: deciding(invalidCall('add', 'is wrong'), unknownCall('guess')),
      tools: { add: returns(3) },
      model: [says(text('ok'))],
    });
    expect(run.transcript[0]).toBe('add again: is wrong');
    expect(run.toolsRun).toEqual([]);
  });

  it('is held against the limit on tool calls, before any request', () => {
    const history = deciding(call('add'));
    const agent = { limits: { toolCallsLimit: 0 } };
    const run = runScript({ prompt: null, agent, history, tools: { add: returns(3) }, model: [] });
    expect(run.failure?.fields).toEqual({ limit: 'tool_calls_limit', value: 1 });
    expect(run.toolsRun).toEqual([]);
    expect(run.steps).toBe(0);
  });

  it('has retries counted from there', () => {
    const run = runScript({
      prompt: null,
      history: deciding(call('add')),
      tools: { add: [asksAgain('1'), asksAgain('2')] },
      model: [says(call('add'))],
    });
    expect(run.failure?.message).toBe("Tool 'add' exceeded max retries count of 1");
  });
});

describe('the starting usage', () => {
  it('is what the run adds to', () => {
    const run = runScript({
      usage: { requests: 2, inputTokens: 5, cost: 1, details: { audio: 1 } },
      model: [says(text('ok')).spending({ inputTokens: 3, cost: 0.5, details: { audio: 2 } })],
    });
    expect(run.usage).toMatchObject({
      requests: 3,
      inputTokens: 8,
      totalTokens: 8,
      cost: 1.5,
      details: { audio: 3 },
    });
  });

  it('is what a run that asks nobody ends with', () => {
    const run = runScript({
      prompt: null,
      usage: { requests: 2 },
      history: deciding(text('said before')),
      model: [],
    });
    expect(run.usage.requests).toBe(2);
  });
});
