// Needs a real Temporal server.
import { type Agent, defineAgent, defineTool, type UsageLimits } from 'perdure';
import type { RunOptions, RunResult } from 'perdure/client';
import { functionModel, scriptedModel } from 'perdure/testing';
import type { CreateWorkerOptions } from 'perdure/worker';
import { z } from 'zod';
import { type Served, serve } from '../support/serve';

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

async function run(
  agent: Agent,
  { worker, ...options }: RunOptions & { readonly worker?: Partial<CreateWorkerOptions> } = {},
): Promise<RunResult> {
  served = await serve([agent], worker);
  return served.client.run(agent.name, 'Go.', options);
}

const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  input: z.object({ text: z.string() }),
  execute: ({ text }) => text,
});

const ECHO = [{ tool: 'echo', args: { text: 'x' } }];

describe('a limit on cost', () => {
  /** Two requests of 10 input and 5 output tokens; the worker's prices make each 0.000015 dollars. */
  const costly = (costLimit: number, name = 'priced') =>
    defineAgent({
      name: 'costly',
      model: functionModel((messages) => (messages.length === 1 ? ECHO : 'Done.'), { name }),
      tools: [echo],
      usageLimits: { costLimit },
    });
  const worker = { prices: { priced: { input: 1, output: 1 } } };

  it('holds by a price of one’s own, and the cost is part of the usage', async () => {
    const { usage } = await run(costly(1), { worker });
    expect(usage.cost).toBeCloseTo(0.00003, 10);
  });

  it('ends the run after the response that breaks it, which is kept aside', async () => {
    await expect(run(costly(0.00002), { worker })).rejects.toMatchObject({
      name: 'UsageLimitExceededError',
      limit: 'cost_limit',
      usage: { requests: 2 },
      messages: { length: 3 },
      discardedResponse: { usage: { cost: 0.000015 } },
    });
  });

  it('counts what was spent before the run, and stands before the first request', async () => {
    const error = run(costly(0.5), { worker, usage: { cost: 0.6 } });
    await expect(error).rejects.toThrow('The next request would exceed the cost_limit of 0.5 (cost=0.6)');
  });

  it('needs a price: without one the run fails before its first request', async () => {
    await expect(run(costly(1))).rejects.toThrow(/costLimit: no price is known for model 'priced'/);
  });

  it('knows the prices of models that many use', async () => {
    const { usage } = await run(costly(1, 'openai:gpt-5-mini'));
    expect(usage.cost).toBeGreaterThan(0);
  });

  it('is refused for prices that are none, naming them', async () => {
    const prices = { priced: { input: -1, output: 1 } };
    await expect(run(costly(1), { worker: { prices } })).rejects.toThrow(/prices\.priced\.input: /);
  });
});

describe('a limit on the input of one request', () => {
  it('looks at each response alone', async () => {
    const model = scriptedModel([
      { calls: ECHO, usage: { inputTokens: 10 } },
      { text: 'Done.', usage: { inputTokens: 11 } },
    ]);
    const usageLimits: UsageLimits = { perRequestInputTokensLimit: 10 };
    const error = run(defineAgent({ name: 'brief', model, tools: [echo], usageLimits }));
    await expect(error).rejects.toMatchObject({
      message: 'Exceeded the per_request_input_tokens_limit of 10 (request_input_tokens=11)',
      limit: 'per_request_input_tokens_limit',
      value: 11,
      usage: { requests: 2, inputTokens: 21 },
    });
  });
});

describe('counting before a request', () => {
  const counted = (countTokens: () => number | Promise<number>, usageLimits: UsageLimits = {}) => {
    let requests = 0;
    const model = functionModel(
      () => {
        requests++;
        return 'Done.';
      },
      { countTokens },
    );
    const limits = { countTokensBeforeRequest: true, ...usageLimits };
    const agent = defineAgent({ name: 'counter', model, usageLimits: limits, modelMaximumAttempts: 1 });
    return { agent, requestsMade: () => requests };
  };

  it.each<[UsageLimits, string]>([
    [
      { inputTokensLimit: 99 },
      'The next request would exceed the input_tokens_limit of 99 (input_tokens=100)',
    ],
    [
      { totalTokensLimit: 99 },
      'The next request would exceed the total_tokens_limit of 99 (total_tokens=100)',
    ],
    [
      { perRequestInputTokensLimit: 99 },
      'The next request would exceed the per_request_input_tokens_limit of 99 (request_input_tokens=100)',
    ],
  ])('keeps a request from being paid that would break %j', async (limits, message) => {
    const { agent, requestsMade } = counted(() => 100, limits);
    await expect(run(agent)).rejects.toMatchObject({
      name: 'UsageLimitExceededError',
      message,
      value: 100,
      usage: { requests: 0, inputTokens: 0 },
      discardedResponse: undefined,
      messages: [{ kind: 'request' }],
    });
    expect(requestsMade()).toBe(0);
  });

  it('lets one through that just fits', async () => {
    const { agent } = counted(() => 100, { inputTokensLimit: 100, perRequestInputTokensLimit: 100 });
    await expect(run(agent)).resolves.toMatchObject({ output: 'Done.' });
  });

  it('fails the run as the request would when the count fails', async () => {
    const { agent, requestsMade } = counted(() => Promise.reject(new Error('no counter')));
    await expect(run(agent)).rejects.toMatchObject({ name: 'ModelRequestError', message: /no counter/ });
    expect(requestsMade()).toBe(0);
  });

  it('is refused at the start for a model that cannot count', async () => {
    const agent = defineAgent({ name: 'uncounted', model: functionModel(() => 'Hi.') });
    const options = { usageLimits: { countTokensBeforeRequest: true } };
    await expect(run(agent, options)).rejects.toThrow(/'function' cannot count tokens before a request/);
  });
});

describe('onLimit: final-answer', () => {
  const persistent = (usageLimits: UsageLimits) =>
    defineAgent({
      name: 'persistent',
      model: functionModel((_, { tools }) => (tools.length > 0 ? ECHO : 'All I know.')),
      tools: [echo],
      onLimit: 'final-answer',
      usageLimits,
    });

  it.each<[UsageLimits, string, number, number]>([
    [{ requestLimit: 2 }, 'The next request would exceed the request_limit of 2', 3, 5],
    [
      { toolCallsLimit: 1 },
      'The next tool call(s) would exceed the tool_calls_limit of 1 (tool_calls=2)',
      3,
      5,
    ],
    [{ inputTokensLimit: 15 }, 'Exceeded the input_tokens_limit of 15 (input_tokens=20)', 3, 4],
  ])(
    'asks once more, without tools, beyond %j by that request only',
    async (limits, limit, requests, said) => {
      const result = await run(persistent(limits));
      expect(result).toMatchObject({ output: 'All I know.', limitReached: limit, usage: { requests } });
      expect((await result.allMessages()).length).toBeGreaterThanOrEqual(said);
    },
  );

  it('fails as ever when that answer is none', async () => {
    const model = functionModel(() => ECHO);
    const usageLimits = { requestLimit: 1 };
    const agent = defineAgent({
      name: 'stubborn',
      model,
      tools: [echo],
      onLimit: 'final-answer',
      usageLimits,
    });
    await expect(run(agent)).rejects.toMatchObject({
      name: 'UsageLimitExceededError',
      message: 'The next request would exceed the request_limit of 1',
      usage: { requests: 2 },
    });
  });

  it('leaves no trace on a run that reaches no limit', async () => {
    const agent = { ...persistent({}), model: functionModel(() => 'Hi.') };
    expect((await run(agent)).limitReached).toBeUndefined();
  });
});
