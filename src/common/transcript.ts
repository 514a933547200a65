import type { ModelMessage, ModelResponse, RequestPart } from './messages';

/**
 * Names one state of a transcript: how many messages, and a hash chain over what they are made of. The length alone is
 * not enough: an attempt that stalled past its heartbeat can leave another message of the same length behind.
 */
export interface TranscriptAddress {
  readonly length: number;
  readonly version: string;
}

export const EMPTY_TRANSCRIPT: TranscriptAddress = { length: 0, version: '' };

/**
 * How a message came about, so that it is recorded only once in history:
 * - `history`: that many messages of earlier runs, which the run's input holds or refers to;
 * - `input`: the message that the run's input stands for, or that of the turn of this id;
 * - `response`: the result of the model activity that drew this id;
 * - `request`: parts, each the result of a tool activity or, small ones that the workflow made, the part itself.
 */
export type MessageDescriptor =
  | { readonly history: number }
  | { readonly input: true | string }
  | { readonly response: string }
  | { readonly request: readonly PartDescriptor[] };

export type PartDescriptor = { readonly result: string } | RequestPart;

/** The transcript that a model request needs: a state the worker may know, and what came after it. */
export interface TranscriptDelta {
  readonly base: TranscriptAddress;
  readonly append: readonly MessageDescriptor[];
}

/** Finds what an activity produced; `undefined` when it is not known here. */
export interface RecordedResults {
  readonly history: () => readonly ModelMessage[] | undefined;
  readonly input: (turn: string | undefined) => ModelMessage | undefined;
  readonly response: (id: string) => ModelResponse | undefined;
  readonly part: (id: string) => RequestPart | undefined;
}

/** The messages that a descriptor stands for, or `undefined` when something it refers to is not known here. */
export function toMessages(
  descriptor: MessageDescriptor,
  results: RecordedResults,
): readonly ModelMessage[] | undefined {
  if ('history' in descriptor) return results.history();
  const message = toMessage(descriptor, results);
  return message === undefined ? undefined : [message];
}

type SingleMessage = Exclude<MessageDescriptor, { history: unknown }>;

function toMessage(descriptor: SingleMessage, results: RecordedResults): ModelMessage | undefined {
  if ('input' in descriptor) {
    return results.input(descriptor.input === true ? undefined : descriptor.input);
  }
  if ('response' in descriptor) return results.response(descriptor.response);
  const parts: RequestPart[] = [];
  for (const part of descriptor.request) {
    const known = 'result' in part ? results.part(part.result) : part;
    if (known === undefined) return undefined;
    parts.push(known);
  }
  return { kind: 'request', parts };
}

/** The address after what one more descriptor stands for. */
export function advanceAddress(address: TranscriptAddress, descriptor: MessageDescriptor): TranscriptAddress {
  return {
    length: address.length + ('history' in descriptor ? descriptor.history : 1),
    version: hashText(`${address.version}${JSON.stringify(descriptor)}`),
  };
}

/** The address of what a compaction, whose attempt drew this id, made of the messages up to an address. */
export function compactedAddress(
  address: TranscriptAddress,
  { id, length }: { readonly id: string; readonly length: number },
): TranscriptAddress {
  return { length, version: hashText(`${address.version}compacted ${id}`) };
}

/** The address of the first messages of a transcript, where it has none of its own. */
export function cutAddress(address: TranscriptAddress, length: number): TranscriptAddress {
  return { length, version: hashText(`${address.version}cut ${length}`) };
}

/** The address that a delta leads to. */
export function targetOf({ base, append }: TranscriptDelta): TranscriptAddress {
  return append.reduce(advanceAddress, base);
}

/** Two FNV-1a hashes side by side: 64 bits, plain arithmetic, the same in the sandbox and outside. */
function hashText(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xc9dc5118;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + index), 0x01000193);
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
