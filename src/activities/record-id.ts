import { randomBytes } from 'node:crypto';

/** An id for what one attempt produced: 72 random bits, short because it stands in history. */
export function drawRecordId(): string {
  return randomBytes(9).toString('base64url');
}
