// The agents and runs of the screenshots.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, defineTool, ModelRequestError } from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';

const MODEL = 'openai:gpt-5-mini';
/** Long enough for the pictures of what runs. */
const A_WHILE = 60_000;

/** A model that goes through a script, and takes as long as a real one. */
function script(...answers) {
  return functionModel(
    async (messages) => {
      await sleep(400);
      const answer = answers[messages.filter(({ kind }) => kind === 'response').length];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    { name: MODEL },
  );
}

const tool = (name, input, execute, more = {}) =>
  defineTool({ name, description: name, input: z.object(input), execute, ...more });

const lookupOrder = tool('lookup_order', { orderNumber: z.string() }, async () => {
  await sleep(250);
  return { orderNumber: '1042', item: 'Kettle', status: 'delivered', price: 39.9 };
});
const refundPolicy = tool('refund_policy', { category: z.string() }, async () => {
  await sleep(150);
  return 'Kitchen goods can be returned within 30 days.';
});
const refundOrder = tool('refund_order', { orderNumber: z.string(), amount: z.number(), reason: z.string() }, async () => {
  await sleep(500);
  return { refunded: true };
});

const support = defineAgent({
  name: 'support',
  model: script(
    { calls: [{ tool: 'lookup_order', args: { orderNumber: '1042' } }, { tool: 'refund_policy', args: { category: 'kitchen' } }], usage: { inputTokens: 412, outputTokens: 58 } },
    { calls: [{ tool: 'refund_order', args: { orderNumber: '1042', amount: 39.9, reason: 'The kettle arrived with a broken handle and leaks at the base' } }], usage: { inputTokens: 561, outputTokens: 44 } },
    { calls: [{ tool: 'final_result', args: { answer: 'Order 1042 is refunded: 39.90 EUR in 3 to 5 days.', refund: true } }], usage: { inputTokens: 640, outputTokens: 36 } },
  ),
  instructions: 'You help customers of a shop.',
  tools: [lookupOrder, refundPolicy, refundOrder],
  output: z.object({ answer: z.string(), refund: z.boolean() }),
  usageLimits: { requestLimit: 10, totalTokensLimit: 20_000 },
});

const flights = tool('search_flights', { from: z.string(), to: z.string(), date: z.string() }, async () => {
  await sleep(700);
  return [{ flight: 'LH 1796', price: 142 }];
});
const weather = tool('weather', { city: z.string(), days: z.number() }, async () => {
  await sleep(200);
  return 'Sunny, 24 °C';
});
const hotels = tool('search_hotels', { city: z.string(), nights: z.number() }, async (_args, { signal }) => {
  await sleep(A_WHILE, undefined, { signal });
  return [];
});

const tripPlanner = defineAgent({
  name: 'trip-planner',
  model: script(
    { calls: [{ tool: 'search_flights', args: { from: 'MUC', to: 'LIS', date: '2026-05-14' } }, { tool: 'weather', args: { city: 'Lisbon', days: 4 } }], usage: { inputTokens: 318, outputTokens: 61 } },
    { calls: [{ tool: 'search_hotels', args: { city: 'Lisbon', nights: 3 } }], usage: { inputTokens: 702, outputTokens: 33 } },
  ),
  instructions: 'You plan trips.',
  tools: [flights, weather, hotels],
  usageLimits: { requestLimit: 12, toolCallsLimit: 20 },
});

const charge = tool('charge_card', { invoice: z.string() }, async () => {
  throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
}, { maximumAttempts: 20 });

const billing = defineAgent({
  name: 'billing',
  model: script({ calls: [{ tool: 'charge_card', args: { invoice: '2026-0117' } }], usage: { inputTokens: 120, outputTokens: 20 } }),
  tools: [charge],
});

const greedy = defineAgent({
  name: 'researcher',
  model: script(
    { calls: [{ tool: 'weather', args: { city: 'Lisbon', days: 4 } }], usage: { inputTokens: 4_120, outputTokens: 58 } },
    { text: 'So much to say', usage: { inputTokens: 5_120, outputTokens: 1_958 } },
  ),
  tools: [weather],
  usageLimits: { totalTokensLimit: 10_000 },
});
const refused = defineAgent({
  name: 'translator',
  model: script(new ModelRequestError('openai:gpt-5-mini: 401 Incorrect API key provided', { model: MODEL, status: 401, code: 'invalid_api_key', retryable: false })),
});

export const agents = [support, tripPlanner, billing, greedy, refused];

/** Starts one run of each kind and waits until each is where its picture is taken. */
export async function startRuns(client) {
  const first = await client.start(support, 'My kettle is broken. Can I have my money back for order 1042?');
  const translator = await client.start(refused, 'Translate the release notes into Portuguese');
  const researcher = await client.start(greedy, 'What was the weather like in Lisbon in the last ten years?');
  await Promise.allSettled([first.result(), translator.result(), researcher.result()]);
  const cancelled = await client.start(tripPlanner, 'A weekend in Porto with two children');
  await sleep(3000);
  await cancelled.cancel('the customer changed her mind');
  await cancelled.result().catch(() => undefined);
  const completed = await client.start(support, 'Where is my order 1042? The kettle leaks, I want a refund.');
  await completed.result();
  const running = await client.start(tripPlanner, 'Plan four days in Lisbon in May, flying from Munich.\nWith hotel.');
  const stuck = await client.start(billing, 'Charge invoice 2026-0117');
  await sleep(6000);
  return { completed, running, stuck, failed: researcher, translator, cancelled };
}
