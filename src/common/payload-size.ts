import { PayloadTooLargeError } from './errors';
import { jsonBytes } from './json';
import { MAX_PAYLOAD_BYTES, MAX_STORED_PAYLOAD_BYTES } from './size-limits';

/** How large a value may be where it goes. */
export interface PayloadRoom {
  readonly bytes: number;
  /** Said of a value that is larger: the limit, and what to do. */
  readonly refusal: string;
}

/** A value that stands in a history, as all do without the option `storage`. */
export const IN_HISTORY: PayloadRoom = {
  bytes: MAX_PAYLOAD_BYTES,
  refusal: `at most ${MAX_PAYLOAD_BYTES} can be recorded, or ${MAX_STORED_PAYLOAD_BYTES} with the option storage`,
};

/** A value of which a history holds a reference when it is large. */
export const IN_STORAGE: PayloadRoom = {
  bytes: MAX_STORED_PAYLOAD_BYTES,
  refusal: `at most ${MAX_STORED_PAYLOAD_BYTES} can be stored`,
};

/** What an activity reports each second: no storage is for that. */
export const IN_HEARTBEAT: PayloadRoom = {
  bytes: MAX_PAYLOAD_BYTES,
  refusal: `at most ${MAX_PAYLOAD_BYTES} can be recorded`,
};

/** The size of a value about to be recorded. @throws {PayloadTooLargeError} when there is no room for it. */
export function fittingSize(value: unknown, field: string, room = IN_HISTORY): number {
  const size = jsonBytes(value);
  if (size <= room.bytes) return size;
  throw new PayloadTooLargeError(`${field} is ${size} bytes long; ${room.refusal}`, {
    field,
    size,
    limit: room.bytes,
  });
}
