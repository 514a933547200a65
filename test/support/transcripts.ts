// Transcripts of which a test knows every message, because each tells by its content which descriptor it belongs to.
import type { ModelMessage, ModelResponse, RequestPart } from '../../src/common/messages';
import {
  advanceAddress,
  EMPTY_TRANSCRIPT,
  type MessageDescriptor,
  type TranscriptAddress,
  targetOf,
} from '../../src/common/transcript';
import { type RunRequest, toFirstMessage, type TranscriptSegment } from '../../src/common/wire';

export const REQUEST: RunRequest = { prompt: 'How long is a piece of string?' };

export function responseOf(id: string): ModelResponse {
  return { kind: 'response', parts: [{ kind: 'text', content: `said ${id}` }], usage: {} };
}

export function partOf(id: string): RequestPart {
  return {
    kind: 'tool-return',
    toolName: 'measure',
    toolCallId: 'call',
    content: `got ${id}`,
    outcome: 'success',
  };
}

/** What these transcripts are made of: no messages of earlier runs. */
export type OwnDescriptor = Exclude<MessageDescriptor, { history: unknown }>;

/** The messages that descriptors stand for, by looking at nothing but the descriptors. */
export function messagesOf(descriptors: readonly OwnDescriptor[]): ModelMessage[] {
  return descriptors.map((descriptor) => {
    if ('input' in descriptor) return toFirstMessage(REQUEST);
    if ('response' in descriptor) return responseOf(descriptor.response);
    const parts = descriptor.request.map((part) => ('result' in part ? partOf(part.result) : part));
    return { kind: 'request', parts };
  });
}

export function addressOf(descriptors: readonly MessageDescriptor[]): TranscriptAddress {
  return targetOf({ base: EMPTY_TRANSCRIPT, append: descriptors });
}

/** The version after each message. */
export function versionsOf(descriptors: readonly MessageDescriptor[]): string[] {
  let address = EMPTY_TRANSCRIPT;
  return descriptors.map((descriptor) => {
    address = advanceAddress(address, descriptor);
    return address.version;
  });
}

export function segmentOf(descriptors: readonly OwnDescriptor[], from: number): TranscriptSegment {
  return {
    from,
    start: EMPTY_TRANSCRIPT,
    earlier: [],
    messages: messagesOf(descriptors).slice(from),
    versions: versionsOf(descriptors).slice(from),
    request: REQUEST,
  };
}
