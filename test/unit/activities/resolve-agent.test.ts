import { z } from 'zod';
import { resolveAgent } from '../../../src/activities/resolve-agent';
import { defineAgent } from '../../../src/common/agent';
import { UserError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';
import { defineTool } from '../../../src/common/tool';
import type { AgentManifest, RunRequest } from '../../../src/common/wire';
import { inRunOf, RUN_KEY, servicesFor } from '../../support/in-run';

const never = () => Promise.reject(new Error('not asked'));
const priceless: Model = { name: 'mine', request: never };
const counting: Model = { ...priceless, name: 'counting', countTokens: () => Promise.resolve(1) };

const refund = z.object({ amount: z.number() });
const ticket = z.object({ title: z.string() });

const support = defineAgent({
  name: 'support',
  model: 'openai:gpt-5-mini',
  deps: z.object({ tenant: z.string() }),
  output: { refund, ticket, text: z.string() },
  usageLimits: { requestLimit: 5, totalTokensLimit: 100 },
  retries: { output: 2, tools: 3 },
  tools: [
    defineTool({ name: 'add', description: 'Adds.', input: z.object({}), execute: () => 3 }),
    defineTool({
      name: 'pay',
      description: 'Pays.',
      input: z.object({}),
      execute: () => 3,
      retries: 0,
      timeout: '30s',
      maximumAttempts: 1,
      sequential: true,
      onError: 'report',
      local: true,
    }),
  ],
});

const ASKED: RunRequest = { prompt: 'hi', deps: { tenant: 'a' } };

type AnyAgent = Parameters<typeof servicesFor>[0][number];

function resolve(
  asked: object,
  { agent = support, prices }: { agent?: AnyAgent; prices?: object } = {},
): Promise<AgentManifest> {
  const models = { mine: priceless, counting };
  const services = servicesFor([agent], { models, ...(prices && { prices: prices as never }) }); // prices as users write them
  return inRunOf(agent, () => resolveAgent(services, asked));
}

describe('what a run is asked', () => {
  it.each<{ mistake: string; asked: object; complaint: string }>([
    {
      mistake: 'deps that are missing',
      asked: { prompt: 'hi' },
      complaint: 'deps: Invalid input: expected object',
    },
    { mistake: 'deps that do not fit', asked: { ...ASKED, deps: { tenant: 1 } }, complaint: 'deps.tenant: ' },
    {
      mistake: 'an unknown output',
      asked: { ...ASKED, outputType: 'letter' },
      complaint: "outputType: unknown output 'letter'; the agent has 'refund', 'ticket', 'text'",
    },
    { mistake: 'an unknown option', asked: { ...ASKED, promt: 'x' }, complaint: 'Unrecognized key: "promt"' },
    {
      mistake: 'a negative budget',
      asked: { ...ASKED, retries: { output: -1 } },
      complaint: 'retries.output: ',
    },
    {
      mistake: 'a negative limit',
      asked: { ...ASKED, usageLimits: { requestLimit: -1 } },
      complaint: 'usageLimits.requestLimit: ',
    },
    {
      mistake: 'a negative usage',
      asked: { ...ASKED, usage: { requests: -1 } },
      complaint: 'usage.requests: ',
    },
    {
      mistake: 'a cost limit without a price',
      asked: { ...ASKED, model: 'mine', usageLimits: { costLimit: 1 } },
      complaint: "usageLimits.costLimit: no price is known for model 'mine'; give one to the worker: prices",
    },
    {
      mistake: 'counting by a model that cannot count',
      asked: { ...ASKED, model: 'mine', usageLimits: { countTokensBeforeRequest: true } },
      complaint: "usageLimits.countTokensBeforeRequest: model 'mine' cannot count tokens before a request",
    },
  ])('is a UserError before anything is sent: $mistake', async ({ asked, complaint }) => {
    const resolving = resolve(asked);
    await expect(resolving).rejects.toThrow(UserError);
    await expect(resolving).rejects.toThrow(`run of agent 'support': ${complaint}`);
  });

  it('names an unknown model and those that are known', async () => {
    const resolving = resolve({ ...ASKED, model: 'yours' });
    await expect(resolving).rejects.toThrow(UserError);
    await expect(resolving).rejects.toThrow("agent 'support': unknown model 'yours'; known are ");
  });

  it('says that an agent has no outputs by name', async () => {
    const agent = defineAgent({ name: 'plain', model: 'openai:gpt-5-mini' });
    await expect(resolve({ prompt: 'hi', outputType: 'x' }, { agent })).rejects.toThrow(
      "unknown output 'x'; the agent has none by name",
    );
  });

  it.each([0, 1])('may limit the cost of a model that has a price: %s', async (costLimit) => {
    const asked = { ...ASKED, usageLimits: { costLimit } };
    expect((await resolve(asked)).usageLimits.costLimit).toBe(costLimit);
    const mine = { prices: { mine: { input: 1, output: 2 } } };
    expect((await resolve({ ...asked, model: 'mine' }, mine)).usageLimits.costLimit).toBe(costLimit);
  });

  it('may switch the cost limit off for a model that has none', async () => {
    const asked = { ...ASKED, model: 'mine', usageLimits: { costLimit: null } };
    expect((await resolve(asked)).usageLimits.costLimit).toBeNull();
  });

  it('is remembered for the activities to come', async () => {
    const services = servicesFor([support]);
    await inRunOf(support, () => resolveAgent(services, ASKED));
    expect(services.cache.request(RUN_KEY)).toEqual(ASKED);
  });
});

describe('the manifest of a run', () => {
  it('has the limits of the run over those of the agent, key by key, over the defaults', async () => {
    const asked = { ...ASKED, usageLimits: { totalTokensLimit: null, toolCallsLimit: 0 } };
    expect((await resolve(asked)).usageLimits).toEqual({
      requestLimit: 5,
      totalTokensLimit: null,
      toolCallsLimit: 0,
    });
    const plain = defineAgent({ name: 'plain', model: 'openai:gpt-5-mini' });
    expect((await resolve({ prompt: 'hi' }, { agent: plain })).usageLimits).toEqual({ requestLimit: 50 });
  });

  it('has the retries of the tool over those of the run, over those of the agent', async () => {
    const retriesOf = async (retries: object) => {
      const { outputRetries, toolRetries, tools } = await resolve({ ...ASKED, retries });
      return [outputRetries, toolRetries, tools['add']?.retries, tools['pay']?.retries];
    };
    expect(await retriesOf({})).toEqual([2, 3, 3, 0]);
    expect(await retriesOf({ output: 0 })).toEqual([0, 3, 3, 0]);
    expect(await retriesOf({ output: 1, tools: 0 })).toEqual([1, 0, 0, 0]);
  });

  it('has what the workflow needs to know of each tool', async () => {
    const { tools } = await resolve(ASKED);
    expect(tools).toEqual({
      add: { retries: 3, timeout: 300_000, maximumAttempts: 5 },
      pay: {
        retries: 0,
        timeout: 30_000,
        maximumAttempts: 1,
        sequential: true,
        reportErrors: true,
        local: true,
      },
    });
  });

  it.each([
    { outputType: undefined, outputTools: true },
    { outputType: 'refund', outputTools: true },
    { outputType: 'text', outputTools: false },
  ])(
    'knows whether a tool gives the final answer: $outputType (bug: a run for a text was told to call one)',
    async ({ outputType, outputTools }) => {
      const manifest = await resolve({ ...ASKED, ...(outputType && { outputType }) });
      expect(manifest.outputTools ?? false).toBe(outputTools);
    },
  );

  it('has the name of the model that this run asks', async () => {
    expect(await resolve(ASKED)).toMatchObject({ model: 'openai:gpt-5-mini' });
    expect(await resolve({ ...ASKED, model: 'mine' })).toMatchObject({ model: 'mine' });
  });

  it.each<{ has: string; more: object; asked?: object; needed: boolean }>([
    { has: 'nothing of the kind', more: { instructions: 'Help.' }, needed: false },
    { has: 'instructions that are made anew', more: { instructions: () => 'Help.' }, needed: true },
    { has: 'an output validator', more: { outputValidators: [() => 'x'] }, needed: true },
    { has: 'a history processor', more: { historyProcessors: [() => []] }, needed: true },
    {
      has: 'counting before requests',
      more: { model: counting },
      asked: { usageLimits: { countTokensBeforeRequest: true } },
      needed: true,
    },
  ])(
    'has the usage told to model requests where it is needed: $has',
    async ({ more, asked = {}, needed }) => {
      const agent = defineAgent({ name: 'plain', model: 'openai:gpt-5-mini', ...more });
      const { needsUsage = false } = await resolve({ prompt: 'hi', ...asked }, { agent });
      expect(needsUsage).toBe(needed);
    },
  );
});
