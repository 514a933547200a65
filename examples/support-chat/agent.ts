// The agent, and a shop small enough for an example: its services take the time that real ones would.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, defineTool, keepLast } from 'perdure';
import { offlineModel } from 'perdure/testing';
import { z } from 'zod';

const orders = [
  { orderNumber: '41', item: 'oak desk', parcelCode: 'P-7730' },
  { orderNumber: '42', item: 'desk lamp', parcelCode: 'P-7741' },
];

const findOrder = defineTool({
  name: 'find_order',
  description: 'Finds an order by its number: what was ordered, and its parcel.',
  input: z.object({ orderNumber: z.string().describe('Digits only.') }),
  execute: async ({ orderNumber }, { signal }) => {
    await sleep(500, undefined, { signal });
    return orders.find((order) => order.orderNumber === orderNumber) ?? 'There is no such order.';
  },
});

const trackParcel = defineTool({
  name: 'track_parcel',
  description: 'Tells where a parcel is and when it will arrive.',
  input: z.object({ parcelCode: z.string() }),
  execute: async ({ parcelCode }, { signal }) => {
    await sleep(1_000, undefined, { signal });
    return { parcelCode, place: 'Bremen', daysLeft: 2 };
  },
});

/** Without a key a model that follows rules answers: everything else is real. */
export const support = defineAgent({
  name: 'support',
  model: process.env.OPENAI_API_KEY ? 'openai:gpt-5-mini' : offlineModel({ delay: 100 }),
  instructions:
    'You help customers of a furniture shop. Look things up; never guess. Answer in a few sentences.',
  tools: [findOrder, trackParcel],
  // However many months the conversation goes on: this is what the model reads of it.
  compaction: { strategy: keepLast({ messages: 40 }), contextTokens: 30_000 },
  heartbeatTimeout: '3s',
});
