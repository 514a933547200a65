import { limitByCount } from '../../../src/common/limit-checks';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import { addUsage, NO_USAGE, type UsageLimits, type ResponseUsage } from '../../../src/common/usage';
import { runScript } from './run-script';
import { call, exceeds, returns, says, type Script, text } from './script';

const spent: ResponseUsage = { inputTokens: 10, outputTokens: 4 };
const paid = { ...spent, cost: 0.02 };

interface Case {
  readonly when: string;
  readonly limits: UsageLimits;
  readonly usage?: Script['usage'];
  /** What the model spends in its only response. */
  readonly spends?: ResponseUsage;
  readonly message?: string;
  readonly fields?: { readonly limit: string; readonly value: number };
}

/** A run of one request. */
function runOnce({ limits, usage = {}, spends = spent, message }: Case) {
  const stopsEarly = message?.startsWith('The next request') === true;
  const model = stopsEarly ? [] : [says(text('hi')).spending(spends)];
  return runScript({ agent: { limits }, usage, model });
}

function toExpectedFailure({ message, fields }: Case): object {
  return { type: 'UsageLimitExceededError', message, fields: fields ?? {} };
}

describe('before a request', () => {
  const cases: readonly Case[] = [
    {
      when: 'requestLimit is reached (>=)',
      limits: { requestLimit: 3 },
      usage: { requests: 3 },
      message: 'The next request would exceed the request_limit of 3',
      fields: { limit: 'request_limit', value: 4 },
    },
    {
      when: 'requestLimit is 0',
      limits: { requestLimit: 0 },
      message: 'The next request would exceed the request_limit of 0',
      fields: { limit: 'request_limit', value: 1 },
    },
    {
      when: 'requestLimit is not given: it is 50',
      limits: {},
      usage: { requests: 50 },
      message: 'The next request would exceed the request_limit of 50',
      fields: { limit: 'request_limit', value: 51 },
    },
    {
      when: 'inputTokensLimit is exceeded by the starting usage',
      limits: { inputTokensLimit: 100 },
      usage: { inputTokens: 101 },
      message: 'The next request would exceed the input_tokens_limit of 100 (input_tokens=101)',
      fields: { limit: 'input_tokens_limit', value: 101 },
    },
    {
      when: 'totalTokensLimit is exceeded by the starting usage',
      limits: { totalTokensLimit: 100 },
      usage: { inputTokens: 60, outputTokens: 41 },
      message: 'The next request would exceed the total_tokens_limit of 100 (total_tokens=101)',
      fields: { limit: 'total_tokens_limit', value: 101 },
    },
    {
      when: 'costLimit is exceeded by the starting usage',
      limits: { costLimit: 0.5 },
      usage: { cost: 0.51 },
      message: 'The next request would exceed the cost_limit of 0.5 (cost=0.51)',
      fields: { limit: 'cost_limit', value: 0.51 },
    },
    {
      when: 'several are broken: total tokens come before cost',
      limits: { totalTokensLimit: 0, costLimit: 0 },
      usage: { inputTokens: 1, cost: 1 },
      message: 'The next request would exceed the total_tokens_limit of 0 (total_tokens=1)',
    },
    {
      when: 'several are broken: requests come first',
      limits: { requestLimit: 0, inputTokensLimit: 0, totalTokensLimit: 0, costLimit: 0 },
      usage: { inputTokens: 1, cost: 1 },
      message: 'The next request would exceed the request_limit of 0',
    },
    {
      when: 'several are broken: input tokens come before total tokens',
      limits: { inputTokensLimit: 0, totalTokensLimit: 0 },
      usage: { inputTokens: 1 },
      message: 'The next request would exceed the input_tokens_limit of 0 (input_tokens=1)',
    },
  ];

  it.each(cases)('stops when $when', (scenario) => {
    const run = runOnce(scenario);
    expect(run.failure).toMatchObject(toExpectedFailure(scenario));
    expect(run.failure?.discardedResponse).toBeUndefined();
    expect(run.steps).toBe(0);
    expect(run.requests).toEqual([]);
  });

  it.each<Case>([
    { when: 'requestLimit is not reached', limits: { requestLimit: 3 }, usage: { requests: 2 } },
    { when: 'requestLimit is null', limits: { requestLimit: null }, usage: { requests: 5000 } },
    { when: 'requestLimit is not given, and 49 were made', limits: {}, usage: { requests: 49 } },
    {
      when: 'inputTokensLimit is reached exactly',
      limits: { inputTokensLimit: 100 },
      usage: { inputTokens: 100 },
      spends: { inputTokens: 0, outputTokens: 4 },
    },
    {
      when: 'totalTokensLimit is reached exactly',
      limits: { totalTokensLimit: 100 },
      usage: { inputTokens: 100 },
      spends: { inputTokens: 0, outputTokens: 0 },
    },
    { when: 'costLimit is reached exactly', limits: { costLimit: 0.5 }, usage: { cost: 0.5 } },
    { when: 'costLimit is null', limits: { costLimit: null }, usage: { cost: 500 }, spends: paid },
    { when: 'costLimit is 0, and nothing was spent', limits: { costLimit: 0 } },
  ])('asks the model when $when', (scenario) => {
    expect(runOnce(scenario).output).toBe('hi');
  });

  it('does not look at outputTokensLimit', () => {
    const run = runOnce({ when: '', limits: { outputTokensLimit: 100 }, usage: { outputTokens: 101 } });
    expect(run.steps).toBe(1);
    expect(run.failure?.message).toBe('Exceeded the output_tokens_limit of 100 (output_tokens=105)');
  });

  it('does not look at perRequestInputTokensLimit, which is of a response alone', () => {
    const run = runOnce({
      when: '',
      limits: { perRequestInputTokensLimit: 10 },
      usage: { inputTokens: 500 },
    });
    expect(run.output).toBe('hi');
  });

  it('keeps the request that was not sent in the transcript', () => {
    const run = runScript({
      agent: { limits: { requestLimit: 1 } },
      tools: { add: returns(3) },
      model: [says(call('add'))],
    });
    expect(run.failure?.message).toBe('The next request would exceed the request_limit of 1');
    expect(run.transcript).toEqual(['user: hello', 'model calls add', 'add returned 3']);
    expect(run.tail).toEqual([{ response: 'response-1' }, { request: [{ result: 'result-1' }] }]);
    expect(run.usage).toMatchObject({ requests: 1, toolCalls: 1 });
  });

  it('keeps the prompt that was not sent in the transcript', () => {
    const run = runScript({ agent: { limits: { requestLimit: 0 } }, model: [] });
    expect(run.transcript).toEqual(['user: hello']);
    expect(run.tail).toEqual([{ input: true }]);
  });
});

describe('after a response', () => {
  const cases: readonly Case[] = [
    {
      when: 'inputTokensLimit is exceeded',
      limits: { inputTokensLimit: 9 },
      message: 'Exceeded the input_tokens_limit of 9 (input_tokens=10)',
      fields: { limit: 'input_tokens_limit', value: 10 },
    },
    {
      when: 'outputTokensLimit is exceeded',
      limits: { outputTokensLimit: 3 },
      message: 'Exceeded the output_tokens_limit of 3 (output_tokens=4)',
      fields: { limit: 'output_tokens_limit', value: 4 },
    },
    {
      when: 'totalTokensLimit is exceeded',
      limits: { totalTokensLimit: 13 },
      message: 'Exceeded the total_tokens_limit of 13 (total_tokens=14)',
      fields: { limit: 'total_tokens_limit', value: 14 },
    },
    {
      when: 'a limit is exceeded together with the starting usage',
      limits: { inputTokensLimit: 100 },
      usage: { inputTokens: 91 },
      message: 'Exceeded the input_tokens_limit of 100 (input_tokens=101)',
    },
    {
      when: 'a limit of 0 is exceeded',
      limits: { outputTokensLimit: 0 },
      message: 'Exceeded the output_tokens_limit of 0 (output_tokens=4)',
    },
    {
      when: 'perRequestInputTokensLimit is exceeded',
      limits: { perRequestInputTokensLimit: 9 },
      message: 'Exceeded the per_request_input_tokens_limit of 9 (request_input_tokens=10)',
      fields: { limit: 'per_request_input_tokens_limit', value: 10 },
    },
    {
      when: 'perRequestInputTokensLimit is 0',
      limits: { perRequestInputTokensLimit: 0 },
      message: 'Exceeded the per_request_input_tokens_limit of 0 (request_input_tokens=10)',
    },
    {
      when: 'costLimit is exceeded',
      limits: { costLimit: 0.01 },
      spends: paid,
      message: 'Exceeded the cost_limit of 0.01 (cost=0.02)',
      fields: { limit: 'cost_limit', value: 0.02 },
    },
    {
      when: 'costLimit is exceeded together with the starting usage',
      limits: { costLimit: 1 },
      usage: { cost: 1 },
      spends: { ...spent, cost: 0.5 },
      message: 'Exceeded the cost_limit of 1 (cost=1.5)',
    },
    {
      when: 'total and per-request tokens are broken: total tokens come first',
      limits: { totalTokensLimit: 0, perRequestInputTokensLimit: 0, costLimit: 0 },
      spends: paid,
      message: 'Exceeded the total_tokens_limit of 0 (total_tokens=14)',
    },
    {
      when: 'per-request tokens and cost are broken: tokens come first',
      limits: { perRequestInputTokensLimit: 0, costLimit: 0 },
      spends: paid,
      message: 'Exceeded the per_request_input_tokens_limit of 0 (request_input_tokens=10)',
    },
    {
      when: 'all are broken: input tokens come first',
      limits: {
        inputTokensLimit: 0,
        outputTokensLimit: 0,
        totalTokensLimit: 0,
        perRequestInputTokensLimit: 0,
        costLimit: 0,
      },
      spends: paid,
      message: 'Exceeded the input_tokens_limit of 0 (input_tokens=10)',
    },
    {
      when: 'output and total tokens are broken: output tokens come first',
      limits: { outputTokensLimit: 0, totalTokensLimit: 0 },
      message: 'Exceeded the output_tokens_limit of 0 (output_tokens=4)',
    },
  ];

  it.each(cases)('stops when $when', (scenario) => {
    const run = runOnce(scenario);
    expect(run.failure).toMatchObject(toExpectedFailure(scenario));
  });

  it.each<Case>([
    { when: 'inputTokensLimit is reached exactly', limits: { inputTokensLimit: 10 } },
    { when: 'outputTokensLimit is reached exactly', limits: { outputTokensLimit: 4 } },
    { when: 'totalTokensLimit is reached exactly', limits: { totalTokensLimit: 14 } },
    { when: 'perRequestInputTokensLimit is reached exactly', limits: { perRequestInputTokensLimit: 10 } },
    { when: 'costLimit is reached exactly', limits: { costLimit: 0.02 }, spends: paid },
    {
      when: 'the limits are null',
      limits: {
        inputTokensLimit: null,
        outputTokensLimit: null,
        totalTokensLimit: null,
        perRequestInputTokensLimit: null,
        costLimit: null,
      },
      spends: paid,
    },
  ])('accepts it when $when', (scenario) => {
    expect(runOnce(scenario).output).toBe('hi');
  });

  const overLimit = runScript({
    agent: { limits: { totalTokensLimit: 20 } },
    tools: { add: returns(3) },
    model: [says(call('add')).spending(spent), says(call('add')).spending(spent)],
  });

  it('counts what the discarded response cost', () => {
    expect(overLimit.usage).toMatchObject({ requests: 2, totalTokens: 28, toolCalls: 1 });
    expect(overLimit.steps).toBe(2);
  });

  it('keeps the response that broke the limit apart from the messages, which can be continued', () => {
    expect(overLimit.failure?.discardedResponse).toBe('response-2');
    expect(overLimit.transcript).toEqual(['user: hello', 'model calls add', 'add returned 3']);
    expect(overLimit.tail).toEqual([]);
  });

  it('runs none of its tools', () => {
    expect(overLimit.toolsRun).toEqual(['add']);
  });

  it('looks at perRequestInputTokensLimit in each response anew', () => {
    const run = runScript({
      agent: { limits: { perRequestInputTokensLimit: 10 } },
      tools: { add: returns(3) },
      model: [says(call('add')).spending(spent), says(text('ok')).spending(spent)],
    });
    expect(run.output).toBe('ok');
    expect(run.usage.inputTokens).toBe(20);
  });
});

describe('by the count of a provider before a request', () => {
  it('stops without a request that was counted as too large, and counts nothing of it', () => {
    const run = runScript({
      tools: { add: returns(3) },
      model: [says(call('add')).spending(spent), exceeds('input_tokens_limit', 30)],
    });
    expect(run.failure).toEqual({
      type: 'UsageLimitExceededError',
      message: 'The next request would exceed the input_tokens_limit',
      fields: { limit: 'input_tokens_limit', value: 30 },
    });
    expect(run.usage).toMatchObject({ requests: 1, inputTokens: 10, toolCalls: 1 });
  });

  it('keeps the request that was counted and not sent in the transcript', () => {
    const run = runScript({ model: [exceeds('input_tokens_limit', 30)] });
    expect(run.transcript).toEqual(['user: hello']);
    expect(run.requests).toEqual([{ base: EMPTY_TRANSCRIPT, append: [{ input: true }] }]);
    expect(run.tail).toEqual([]);
    expect(run.failure?.discardedResponse).toBeUndefined();
  });

  it.each<{ limit: string; limits: UsageLimits; message: string; value: number }>([
    {
      limit: 'inputTokensLimit',
      limits: { inputTokensLimit: 109 },
      message: 'The next request would exceed the input_tokens_limit of 109 (input_tokens=110)',
      value: 110,
    },
    {
      limit: 'totalTokensLimit',
      limits: { totalTokensLimit: 114 },
      message: 'The next request would exceed the total_tokens_limit of 114 (total_tokens=115)',
      value: 115,
    },
    {
      limit: 'perRequestInputTokensLimit',
      limits: { perRequestInputTokensLimit: 9 },
      message:
        'The next request would exceed the per_request_input_tokens_limit of 9 (request_input_tokens=10)',
      value: 10,
    },
  ])('is held against $limit, together with what was spent', ({ limits, message, value }) => {
    const used = addUsage(NO_USAGE, { inputTokens: 100, outputTokens: 5 });
    expect(limitByCount(used, 10, limits)).toMatchObject({ message, value });
    expect(limitByCount(used, 9, limits)).toBeUndefined();
  });
});
