import { runScript } from './run-script';
import {
  call,
  exceeds,
  invalidOutput,
  invalidText,
  output,
  returns,
  says,
  type Script,
  type ScriptedAgent,
  text,
  unknownCall,
  unknownTool,
  unreachable,
} from './script';

const spent = { inputTokens: 10, outputTokens: 4 };
const BEYOND = 'Tool not executed - the limit on tool calls was reached.';

/** A run of an agent that asks for a final answer at a limit. */
function runToLimit({ agent = {}, ...script }: Omit<Script, 'agent'> & { agent?: ScriptedAgent }) {
  return runScript({ ...script, agent: { ...agent, onLimit: 'final-answer' } });
}

describe('a limit that stands before a request', () => {
  const limits = { requestLimit: 1 };
  const tools = { add: returns(3) };

  it('leads to one last request, over budget by that request only, and its answer is flagged', () => {
    const run = runToLimit({ agent: { limits }, tools, model: [says(call('add')), says(text('3'))] });
    expect(run.output).toBe('3');
    expect(run.usage).toMatchObject({ requests: 2, toolCalls: 1 });
    expect(run.final).toEqual([false, true]);
    expect(run.state.limitReached).toEqual({
      limit: 'request_limit',
      value: 2,
      message: 'The next request would exceed the request_limit of 1',
    });
  });

  it.each<{ limit: string; agent: ScriptedAgent; usage: Script['usage'] }>([
    { limit: 'requestLimit', agent: { limits: { requestLimit: 0 } }, usage: {} },
    { limit: 'inputTokensLimit', agent: { limits: { inputTokensLimit: 1 } }, usage: { inputTokens: 2 } },
    { limit: 'totalTokensLimit', agent: { limits: { totalTokensLimit: 1 } }, usage: { outputTokens: 2 } },
    { limit: 'costLimit', agent: { limits: { costLimit: 1 } }, usage: { cost: 2 } },
  ])('may be $limit, and the first request the last one', ({ agent, usage = {} }) => {
    const run = runToLimit({ agent, usage, model: [says(text('hi')).spending(spent)] });
    expect(run.output).toBe('hi');
    expect(run.final).toEqual([true]);
  });

  it('leaves a run alone that ends within its limits', () => {
    const run = runToLimit({ agent: { limits }, model: [says(text('hi'))] });
    expect(run.state.limitReached).toBeUndefined();
    expect(run.final).toEqual([false]);
  });
});

describe('a limit that a response broke', () => {
  const script = {
    agent: { limits: { totalTokensLimit: 20 } },
    tools: { add: returns(3) },
  };
  const spending = [says(call('add')).spending(spent), says(call('add')).spending(spent)];

  it('discards the response, and asks for an answer to what was said before it', () => {
    const run = runToLimit({ ...script, model: [...spending, says(text('3')).spending(spent)] });
    expect(run.output).toBe('3');
    expect(run.transcript).toEqual(['user: hello', 'model calls add', 'add returned 3', 'model: 3']);
    expect(run.toolsRun).toEqual(['add']);
    expect(run.final).toEqual([false, false, true]);
    expect(run.state.limitReached?.message).toBe('Exceeded the total_tokens_limit of 20 (total_tokens=28)');
  });

  it('counts what the discarded response and the last one cost', () => {
    const run = runToLimit({ ...script, model: [...spending, says(text('3')).spending(spent)] });
    expect(run.usage).toMatchObject({ requests: 3, totalTokens: 42, toolCalls: 1 });
  });

  it('tells of the discarded response also when the last one is no answer (bug: it was forgotten)', () => {
    const run = runToLimit({ ...script, model: [...spending, says(call('add')).spending(spent)] });
    expect(run.failure).toEqual({
      type: 'UsageLimitExceededError',
      message: 'Exceeded the total_tokens_limit of 20 (total_tokens=28)',
      fields: { limit: 'total_tokens_limit', value: 28 },
      discardedResponse: 'response-2',
    });
  });
});

describe('the limit on tool calls', () => {
  it('answers all calls of the response with stubs, runs none, and asks for an answer', () => {
    const run = runToLimit({
      agent: { limits: { toolCallsLimit: 1 } },
      tools: { add: returns(3) },
      model: [says(call('add'), call('add'), unknownCall('guess')), says(text('no idea'))],
    });
    expect(run.output).toBe('no idea');
    expect(run.toolsRun).toEqual([]);
    expect(run.transcript.slice(4)).toEqual([
      `add returned ${BEYOND}`,
      `add returned ${BEYOND}`,
      `guess returned ${BEYOND}`,
      'model: no idea',
    ]);
    expect(run.final).toEqual([false, true]);
    expect(run.state.limitReached?.limit).toBe('tool_calls_limit');
    expect(run.usage).toMatchObject({ requests: 2, toolCalls: 0 });
  });

  it('has its stubs in what the last request is told', () => {
    const run = runToLimit({
      agent: { limits: { toolCallsLimit: 0 } },
      tools: { add: returns(3) },
      model: [says(call('add')), says(text('ok'))],
    });
    expect(run.requests[1]?.append).toEqual([
      { response: 'response-1' },
      { request: [expect.objectContaining({ kind: 'tool-return', content: BEYOND }) as unknown] },
    ]);
  });
});

describe('a request that the provider counted as too large', () => {
  it('leads to one last request, which is sent whatever its size', () => {
    const run = runToLimit({ model: [exceeds('input_tokens_limit', 30), says(text('short'))] });
    expect(run.output).toBe('short');
    expect(run.final).toEqual([false, true]);
    expect(run.usage.requests).toBe(1);
    expect(run.state.limitReached?.limit).toBe('input_tokens_limit');
  });

  it('ends the run when the last one is refused, too (bug: it was asked for ever)', () => {
    const refused = [exceeds('input_tokens_limit', 30), exceeds('total_tokens_limit', 31)];
    const run = runToLimit({ model: refused });
    expect(run.failure?.fields).toEqual({ limit: 'input_tokens_limit', value: 30 });
    expect(run.final).toEqual([false, true]);
  });
});

describe('the answer to the last request', () => {
  const agent: ScriptedAgent = {
    output: 'tool',
    limits: { requestLimit: 1 },
    outputRetries: 5,
    toolRetries: 5,
  };
  const tools = { add: returns(3) };
  const REQUEST_LIMIT = {
    type: 'UsageLimitExceededError',
    message: 'The next request would exceed the request_limit of 1',
    fields: { limit: 'request_limit', value: 2 },
  };

  it('may be structured', () => {
    const run = runToLimit({ agent, tools, model: [says(call('add')), says(output({ a: 1 }))] });
    expect(run.output).toEqual({ a: 1 });
  });

  it.each([
    { answer: 'an invalid output', last: says(invalidOutput()) },
    { answer: 'an invalid text', last: says(invalidText('{}', 'is wrong')) },
    { answer: 'nothing', last: says() },
    { answer: 'nothing, cut by the token limit', last: says().finishing('length') },
    { answer: 'a call of a function that was not offered', last: says(unknownCall('add')) },
    { answer: 'a call of a function all the same', last: says(call('add')) },
  ])("ends the run with the limit's error when it is $answer", ({ last }) => {
    const run = runToLimit({ agent, tools, model: [says(call('add')), last] });
    expect(run.failure).toEqual(REQUEST_LIMIT);
    expect(run.toolsRun).toEqual(['add']);
    expect(run.usage.requests).toBe(2);
  });

  it('counts also beside a call of a function that was not offered', () => {
    const run = runToLimit({
      agent,
      tools,
      model: [says(call('add')), says(output({ a: 1 }), unknownCall('add'))],
    });
    expect(run.output).toEqual({ a: 1 });
    expect(run.transcript.at(-1)).toBe(`add again: ${unknownTool('add')}`);
  });

  it('that fails for good ends the run with that failure', () => {
    const run = runToLimit({ agent, tools, model: [says(call('add')), unreachable('503')] });
    expect(run.failure).toEqual(unreachable('503'));
  });
});
