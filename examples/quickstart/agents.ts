import { defineAgent, defineTool } from 'perdure';
import { z } from 'zod';

const orders = [{ orderNumber: '42', item: 'desk lamp', daysLeft: 2, refundable: false }];

const lookupOrder = defineTool({
  name: 'lookup_order',
  description: 'Finds an order by its number.',
  input: z.object({ orderNumber: z.string() }),
  execute: ({ orderNumber }) =>
    orders.find((order) => order.orderNumber === orderNumber) ?? 'There is no such order.',
});

export const support = defineAgent({
  name: 'support',
  model: 'openai:gpt-5-mini',
  instructions: 'You help customers of a shop.',
  tools: [lookupOrder],
  output: z.object({ answer: z.string(), refundable: z.boolean() }),
  usageLimits: { requestLimit: 10, totalTokensLimit: 20_000 },
});
