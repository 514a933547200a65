import type { UsageLimits } from '../../../src/common/usage';
import { runScript } from './run-script';
import {
  asksAgain,
  call,
  fails,
  invalidCall,
  output,
  returns,
  says,
  type Script,
  text,
  unknownCall,
} from './script';

describe('toolCallsLimit', () => {
  const tools = { add: returns(3), again: asksAgain('more'), fail: fails('no') };
  const twoCalls = says(call('add'), call('add'));

  it('looks ahead over all calls of a response, and runs none of them when it would be exceeded', () => {
    const run = runScript({
      agent: { limits: { toolCallsLimit: 2 } },
      tools,
      model: [says(call('add')), twoCalls],
    });
    expect(run.failure).toMatchObject({
      type: 'UsageLimitExceededError',
      message: 'The next tool call(s) would exceed the tool_calls_limit of 2 (tool_calls=3)',
      fields: { limit: 'tool_calls_limit', value: 3 },
    });
    expect(run.toolsRun).toEqual(['add']);
    expect(run.usage.toolCalls).toBe(1);
  });

  it('keeps the response with the calls in the transcript', () => {
    const run = runScript({ agent: { limits: { toolCallsLimit: 1 } }, tools, model: [twoCalls] });
    expect(run.transcript).toEqual(['user: hello', 'model calls add', 'model calls add']);
  });

  it.each<{ when: string; limits: UsageLimits; usage?: Script['usage'] }>([
    { when: 'it is reached exactly', limits: { toolCallsLimit: 2 } },
    { when: 'it is null', limits: { toolCallsLimit: null }, usage: { toolCalls: 1000 } },
    { when: 'it is not given', limits: {}, usage: { toolCalls: 1000 } },
  ])('lets the calls run when $when', ({ limits, usage = {} }) => {
    const run = runScript({ agent: { limits }, usage, tools, model: [twoCalls, says(text('ok'))] });
    expect(run.toolsRun).toEqual(['add', 'add']);
  });

  it.each([
    { what: 'a limit of 0', limit: 0, usage: {}, value: 1 },
    { what: 'the starting usage', limit: 5, usage: { toolCalls: 5 }, value: 6 },
  ])('honours $what', ({ limit, usage, value }) => {
    const run = runScript({
      agent: { limits: { toolCallsLimit: limit } },
      usage,
      tools,
      model: [says(call('add'))],
    });
    expect(run.failure?.message).toBe(
      `The next tool call(s) would exceed the tool_calls_limit of ${limit} (tool_calls=${value})`,
    );
  });

  it('counts calls of unknown tools and with invalid arguments in the look-ahead', () => {
    const run = runScript({
      agent: { limits: { toolCallsLimit: 2 } },
      tools,
      model: [says(call('add'), unknownCall('guess'), invalidCall('add'))],
    });
    expect(run.failure?.fields).toEqual({ limit: 'tool_calls_limit', value: 3 });
    expect(run.toolsRun).toEqual([]);
  });

  it('counts a response of nothing but calls that cannot run', () => {
    const run = runScript({
      agent: { limits: { toolCallsLimit: 0 } },
      tools,
      model: [says(unknownCall('guess'))],
    });
    expect(run.failure?.fields).toEqual({ limit: 'tool_calls_limit', value: 1 });
  });

  it('leaves calls of the output tool out', () => {
    const run = runScript({
      agent: { output: 'tool', limits: { toolCallsLimit: 0 } },
      usage: { toolCalls: 3 },
      model: [says(output({ a: 1 }))],
    });
    expect(run.output).toEqual({ a: 1 });
  });

  it('counts function calls beside a call of the output tool', () => {
    const run = runScript({
      agent: { output: 'tool', limits: { toolCallsLimit: 0 } },
      tools,
      model: [says(output({ a: 1 }), call('add'))],
    });
    expect(run.failure?.fields).toEqual({ limit: 'tool_calls_limit', value: 1 });
  });

  it('counts only calls that succeeded towards the next look-ahead', () => {
    const run = runScript({
      agent: { limits: { toolCallsLimit: 3 } },
      tools,
      model: [
        says(call('again'), call('fail'), call('add')),
        says(call('add'), call('add')),
        says(text('ok')),
      ],
    });
    expect(run.output).toBe('ok');
    expect(run.usage.toolCalls).toBe(3);
  });

  it('does not stand against functions that a final answer makes needless, with the end strategy early', () => {
    const run = runScript({
      agent: { output: 'tool', endStrategy: 'early', limits: { toolCallsLimit: 0 } },
      tools,
      model: [says(output({ a: 1 }), call('add'))],
    });
    expect(run.output).toEqual({ a: 1 });
    expect(run.toolsRun).toEqual([]);
  });
});
