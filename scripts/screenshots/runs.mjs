// The agents and the runs that take-screenshots.mjs takes pictures of.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, defineTool, ModelRequestError, ModelRetry } from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';

const MODEL = 'openai:gpt-5-mini';

/** Longer than it takes to take the pictures, in milliseconds. */
const NOT_SOON = 120_000;

/** A model that goes through a script, about as slowly as a real one. */
function scripted(...answers) {
  const answer = async (messages) => {
    await sleep(600);
    const next = answers[messages.filter(({ kind }) => kind === 'response').length];
    if (next instanceof Error) throw next;
    return next;
  };
  return functionModel(answer, { name: MODEL });
}

const answer = (said, inputTokens, outputTokens) => ({
  ...(typeof said === 'string' ? { text: said } : { calls: said }),
  usage: { inputTokens, outputTokens },
});

const lookUpOrder = defineTool({
  name: 'look_up_order',
  description: 'Finds an order by its number.',
  input: z.object({ order: z.string() }),
  execute: async ({ order }) => {
    await sleep(300);
    return { order, item: 'Kettle', status: 'delivered', price: 39.9 };
  },
});

const returnPolicy = defineTool({
  name: 'return_policy',
  description: 'Says until when a thing can be returned.',
  input: z.object({ category: z.string() }),
  execute: async () => {
    await sleep(180);
    return 'Kitchen goods can be returned within 30 days.';
  },
});

const refundOrder = defineTool({
  name: 'refund_order',
  description: 'Pays an order back.',
  input: z.object({ order: z.string(), amount: z.number(), reason: z.string() }),
  execute: async () => {
    await sleep(500);
    return 'refunded';
  },
});

const support = defineAgent({
  name: 'support',
  model: scripted(
    answer(
      [
        { tool: 'look_up_order', args: { order: '1042' } },
        { tool: 'return_policy', args: { category: 'kitchen' } },
      ],
      412,
      58,
    ),
    answer([{ tool: 'refund_order', args: { order: '1042', amount: 39.9, reason: 'leaks' } }], 561, 44),
    answer([{ tool: 'final_result', args: { answer: '39.90 € are on their way.', refund: true } }], 640, 36),
  ),
  tools: [lookUpOrder, returnPolicy, refundOrder],
  output: z.object({ answer: z.string(), refund: z.boolean() }),
  usageLimits: { requestLimit: 10, totalTokensLimit: 20_000 },
});

const searchFlights = defineTool({
  name: 'search_flights',
  description: 'Finds flights.',
  input: z.object({ from: z.string(), to: z.string(), date: z.string() }),
  execute: ({ date }) => {
    if (date.length !== 10) throw new ModelRetry('The date must be one like 2026-05-14.');
    return [{ flight: 'LH 1796', price: 142 }];
  },
});

const searchHotels = defineTool({
  name: 'search_hotels',
  description: 'Finds hotels.',
  input: z.object({ city: z.string(), nights: z.number() }),
  execute: (_search, { signal }) => sleep(NOT_SOON, [], { signal }),
});

const tripPlanner = defineAgent({
  name: 'trip-planner',
  model: scripted(
    answer([{ tool: 'search_flights', args: { from: 'MUC', to: 'LIS', date: '14 May' } }], 318, 61),
    answer([{ tool: 'search_flights', args: { from: 'MUC', to: 'LIS', date: '2026-05-14' } }], 402, 61),
    answer([{ tool: 'search_hotels', args: { city: 'Lisbon', nights: 3 } }], 702, 33),
  ),
  tools: [searchFlights, searchHotels],
  usageLimits: { requestLimit: 12, toolCallsLimit: 20, totalTokensLimit: 50_000 },
});

const chargeCard = defineTool({
  name: 'charge_card',
  description: 'Charges a card.',
  input: z.object({ invoice: z.string() }),
  maximumAttempts: 10,
  execute: () => {
    throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
  },
});

const billing = defineAgent({
  name: 'billing',
  model: scripted(answer([{ tool: 'charge_card', args: { invoice: '2026-0117' } }], 120, 20)),
  tools: [chargeCard],
});

const researcher = defineAgent({
  name: 'researcher',
  model: scripted(
    answer([{ tool: 'return_policy', args: { category: 'everything' } }], 4_120, 58),
    answer('There is so much to say.', 5_120, 1_958),
  ),
  tools: [returnPolicy],
  usageLimits: { totalTokensLimit: 10_000 },
});

const translator = defineAgent({
  name: 'translator',
  model: scripted(
    new ModelRequestError(`Model '${MODEL}' answered 401: Incorrect API key provided: sk-***`, {
      model: MODEL,
      status: 401,
      code: 'invalid_api_key',
      retryable: false,
    }),
  ),
});

export const agents = [support, tripPlanner, billing, researcher, translator];

/** Starts the runs, and waits until each is where its picture is to be taken. */
export async function startRuns(client) {
  const failed = await client.start(researcher, 'What can be returned, and until when?');
  const ended = [
    failed,
    await client.start(translator, 'Translate the release notes into Portuguese.'),
    await client.start(support, 'Where is my order 1042?'),
    await client.start(support, 'The handle of my kettle is broken.', { runId: 'ticket-4711' }),
  ];
  await Promise.allSettled(ended.map((run) => run.result()));
  await cancelInTheMidst(client);
  const completed = await client.start(support, 'My kettle leaks. I want my money back for order 1042.');
  await completed.result();
  const running = await client.start(tripPlanner, 'Four days in Lisbon in May, from Munich.\nWith a hotel.');
  const stuck = await client.start(billing, 'Charge invoice 2026-0117.');
  await sleep(20_000); // some attempts of the stuck one
  return { completed, running, stuck, failed };
}

async function cancelInTheMidst(client) {
  const run = await client.start(tripPlanner, 'A weekend in Porto with two children.');
  await sleep(3_000);
  await run.cancel('the customer changed her mind');
  await run.result().catch(() => undefined);
}
