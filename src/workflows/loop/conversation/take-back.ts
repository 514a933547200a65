import type { OpenTurn, RewindInput } from '../../../common/conversation-wire';
import { cutTranscript } from '../cut-transcript';
import { type ConversationState, lengthOf, spanOf } from './state';

/** The conversation as it was after a turn, or before the first; the turns taken back stay known. */
export function withRewind(conversation: ConversationState, { to }: RewindInput): ConversationState {
  const length = to === undefined ? 0 : spanOf(conversation, to)?.[1];
  return length === undefined ? conversation : withFirstMessages(conversation, length);
}

/** The conversation without the turn that a retry takes the place of. It stays where others have gone on from it since. */
export function withoutRetried(conversation: ConversationState, { retryOf }: OpenTurn): ConversationState {
  const span = retryOf === undefined ? undefined : spanOf(conversation, retryOf);
  if (span === undefined || span[1] < lengthOf(conversation.transcript)) return conversation;
  return withFirstMessages(conversation, span[0]);
}

function withFirstMessages(conversation: ConversationState, length: number): ConversationState {
  const transcript = cutTranscript(conversation.transcript, length);
  if (transcript === conversation.transcript) return conversation;
  return { ...conversation, transcript, compacted: undefined };
}
