import { defineAgent } from 'perdure';
import { offlineModel } from 'perdure/testing';
import { z } from 'zod';
import { reportToDemo } from './parent-process';
import { bookCourier, checkStock, findOrder, reserveItem, trackParcel } from './shop';

/** Without a key a model that follows rules answers: everything else is real. */
const model = process.env.OPENAI_API_KEY
  ? 'openai:gpt-5-mini'
  : offlineModel({ delay: 400, onRequest: () => reportToDemo('model-request') });

export const support = defineAgent({
  name: 'support',
  model,
  instructions: 'You answer customers of a furniture shop. Look things up; never guess.',
  tools: [findOrder, trackParcel],
  output: z.object({ answer: z.string(), delivered: z.boolean(), daysLeft: z.int() }),
  usageLimits: { requestLimit: 10 },
});

export const replacements = defineAgent({
  name: 'replacements',
  model,
  instructions:
    'You replace what arrived broken: find the order, check the stock, reserve one piece, then book a courier to the city of the order.',
  tools: [findOrder, checkStock, reserveItem, bookCourier],
  output: z.object({ answer: z.string(), reservationCode: z.string(), arrivesInDays: z.int() }),
  usageLimits: { requestLimit: 20, toolCallsLimit: 20 },
  // How soon a dead worker is noticed. Less than the default, so that the demo is short.
  heartbeatTimeout: '3s',
});
