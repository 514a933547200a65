import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { UserError } from './errors';
import { messagesSchema } from './message-schema';
import type { ModelMessage } from './messages';
import { parseOptions } from './options';
import type { EarlierMessages, PackedMessages, RunRequest } from './wire';

/** Messages of more JSON bytes than this are packed: a run's input stays readable below it. */
export const MAX_PLAIN_HISTORY_BYTES = 256 * 1024;

/** Packed, it would fit many times into a run's input; a worker has to hold it. */
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

/** JSON bytes of one part: what nothing can compress still fits into a payload as base64. */
export const PACKED_PART_BYTES = 1_400_000;

export function packMessages(messages: readonly ModelMessage[]): PackedMessages {
  return { gzip: pack(Buffer.from(JSON.stringify(messages))) };
}

/** The same in parts, each of which fits into a payload; a part is the same whoever makes it. */
export function packInParts(messages: readonly ModelMessage[]): string[] {
  const bytes = Buffer.from(JSON.stringify(messages));
  const parts = Math.max(1, Math.ceil(bytes.length / PACKED_PART_BYTES));
  return Array.from({ length: parts }, (_, part) =>
    pack(bytes.subarray(part * PACKED_PART_BYTES, (part + 1) * PACKED_PART_BYTES)),
  );
}

function pack(bytes: Uint8Array): string {
  return gzipSync(bytes).toString('base64');
}

/** Messages one by one. */
export function unpackMessages(messages: EarlierMessages): readonly ModelMessage[] {
  if (!('gzip' in messages)) return messages;
  return unpack(messages) as readonly ModelMessage[]; // packed by this library, or validated when the run was resolved
}

/** The messages of earlier runs that a request brings along. */
export function historyOf({ messageHistory = [] }: RunRequest): readonly ModelMessage[] {
  return unpackMessages(messageHistory);
}

/** @throws for a text that is not packed JSON. */
function unpack({ gzip }: PackedMessages): unknown {
  const parts = typeof gzip === 'string' ? [gzip] : gzip;
  let room = MAX_UNPACKED_BYTES;
  const unpacked = parts.map((part) => {
    const bytes = gunzipSync(Buffer.from(part, 'base64'), { maxOutputLength: Math.max(1, room) });
    room -= bytes.length;
    return bytes;
  });
  return JSON.parse(Buffer.concat(unpacked).toString());
}

/**
 * Checks what a run was started with: runs can be started by others than this library's client.
 * @throws {UserError} naming the bad field.
 */
export function assertPackedMessages({ messageHistory = [] }: RunRequest, where: string): void {
  if (!('gzip' in messageHistory)) return;
  let messages: unknown;
  try {
    messages = unpack(messageHistory);
  } catch (error) {
    throw new UserError(`${where}: messageHistory.gzip: expected the base64 of gzipped JSON`, {
      cause: error,
    });
  }
  parseOptions(z.object({ messageHistory: messagesSchema }), { messageHistory: messages }, where);
}
