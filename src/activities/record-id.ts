import { randomFillSync } from 'node:crypto';

const ID_BYTES = 9;

/** Random bytes are drawn for many ids at once: one system call for each id would cost more than the rest of it. */
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** An id for what one attempt produced: 72 random bits, short because it stands in history. */
export function drawRecordId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.toString('base64url', used, (used += ID_BYTES));
}
