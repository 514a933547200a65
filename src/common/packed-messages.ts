import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { UserError } from './errors';
import { messagesSchema } from './message-schema';
import type { ModelMessage } from './messages';
import { parseOptions } from './options';
import type { PackedMessages, RunRequest } from './wire';

/** Messages of more JSON bytes than this are packed: a run's input stays readable below it. */
export const MAX_PLAIN_HISTORY_BYTES = 256 * 1024;

/** Packed, it would fit many times into a run's input; a worker has to hold it. */
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

export function packMessages(messages: readonly ModelMessage[]): PackedMessages {
  return { gzip: gzipSync(JSON.stringify(messages)).toString('base64') };
}

/** The messages of earlier runs that a request brings along. */
export function historyOf({ messageHistory = [] }: RunRequest): readonly ModelMessage[] {
  if (!('gzip' in messageHistory)) return messageHistory;
  return unpack(messageHistory) as readonly ModelMessage[]; // validated when the run was resolved
}

/** @throws for a text that is not packed JSON. */
function unpack({ gzip }: PackedMessages): unknown {
  const packed = Buffer.from(gzip, 'base64');
  return JSON.parse(gunzipSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }).toString());
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
