// A shop small enough for a demo: its data is in this file, and its services take the time that real ones would.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineTool, ModelRetry } from 'perdure';
import { z } from 'zod';

const orders = [
  { orderNumber: '1041', item: 'desk lamp', productCode: 'LAMP-3', parcelCode: 'P-7730', city: 'Porto' },
  { orderNumber: '1042', item: 'oak desk', productCode: 'DESK-7', parcelCode: 'P-7741', city: 'Hamburg' },
];

export const findOrder = defineTool({
  name: 'find_order',
  description: 'Finds an order by its number: what was ordered, where it goes, and its parcel.',
  input: z.object({ orderNumber: z.string().describe('Digits only.') }),
  execute: async ({ orderNumber }, { signal }) => {
    await sleep(400, undefined, { signal });
    const order = orders.find((candidate) => candidate.orderNumber === orderNumber);
    if (order === undefined) throw new ModelRetry(`There is no order '${orderNumber}'. Ask for its number.`);
    return order;
  },
});

export const trackParcel = defineTool({
  name: 'track_parcel',
  description: 'Tells where a parcel is and when it will arrive.',
  input: z.object({ parcelCode: z.string() }),
  execute: async ({ parcelCode }, { signal }) => {
    await sleep(600, undefined, { signal });
    return { parcelCode, place: 'Bremen', delivered: false, daysLeft: 2 };
  },
});

export const checkStock = defineTool({
  name: 'check_stock',
  description: 'Tells which warehouse has a product.',
  input: z.object({ productCode: z.string() }),
  execute: async ({ productCode }, { signal }) => {
    await sleep(400, undefined, { signal });
    return { productCode, warehouseCode: 'LYON-2', inStock: 3 };
  },
});

export const reserveItem = defineTool({
  name: 'reserve_item',
  description: 'Reserves one piece of a product in a warehouse.',
  input: z.object({ productCode: z.string(), warehouseCode: z.string() }),
  // The key is the same when the call is repeated because a worker died: nothing is reserved twice.
  execute: async (_item, { idempotencyKey, signal }) => {
    await sleep(2_000, undefined, { signal });
    return { reservationCode: `R-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 6)}` };
  },
});

export const bookCourier = defineTool({
  name: 'book_courier',
  description: 'Books a courier who takes a reserved item to a city.',
  input: z.object({ reservationCode: z.string(), city: z.string() }),
  execute: async ({ reservationCode, city }, { signal }) => {
    await sleep(600, undefined, { signal });
    return { reservationCode, city, arrivesInDays: 3 };
  },
});
