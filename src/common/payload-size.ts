import { PayloadTooLargeError } from './errors';
import { jsonBytes } from './json';
import { MAX_PAYLOAD_BYTES } from './size-limits';

/** The size of a value about to be recorded. @throws {PayloadTooLargeError} when Temporal could not record it. */
export function fittingSize(value: unknown, field: string): number {
  const size = jsonBytes(value);
  if (size <= MAX_PAYLOAD_BYTES) return size;
  throw new PayloadTooLargeError(
    `${field} is ${size} bytes long; at most ${MAX_PAYLOAD_BYTES} can be recorded`,
    { field, size, limit: MAX_PAYLOAD_BYTES },
  );
}
