import { createHash } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { StorageError } from './storage-error';

const PayloadMessage = temporal.api.common.v1.Payload;

/** A payload as its bytes, and the SHA-256 of these by which it is found again. */
export interface StoredPayload {
  readonly bytes: Uint8Array;
  /** In hexadecimal digits. */
  readonly digest: string;
}

export function toStoredPayload(payload: Payload): StoredPayload {
  const bytes = toBytes(payload);
  return { bytes, digest: digestOf(bytes) };
}

/**
 * @param where names the place the bytes come from.
 * @throws {StorageError} for bytes that are not the ones that were written.
 */
export function fromStoredPayload({ bytes, digest }: StoredPayload, where: string): Payload {
  if (digestOf(bytes) === digest) return fromBytes(bytes);
  throw new StorageError(
    `storage: ${where} holds ${bytes.length} bytes that are not the ones that were written there: it was damaged or changed`,
  );
}

export function toBytes(payload: Payload): Uint8Array {
  return PayloadMessage.encode(payload).finish();
}

export function fromBytes(bytes: Uint8Array): Payload {
  return PayloadMessage.decode(bytes);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
