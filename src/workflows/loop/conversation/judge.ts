import type {
  AskedTurn,
  CancelTurnInput,
  RefusalDetail,
  RewindInput,
  TurnInput,
} from '../../../common/conversation-wire';
import { findTurn, turnAnswer } from './find-turn';
import { type ConversationState, spanOf } from './state';

/** Why a turn cannot be taken, or its result not be had; nothing when it can. */
export function refusalOfTurn(
  conversation: ConversationState,
  { turnId, asked }: TurnInput,
): RefusalDetail | undefined {
  const known = findTurn(conversation, turnId);
  if (known === undefined) {
    if (asked === undefined) return { kind: 'unknown-turn', turnId };
    return conversation.closing ? { kind: 'closing' } : refusalOfNew(conversation, { turnId, asked });
  }
  if (asked !== undefined && asked.digest !== known.digest) {
    return { kind: 'conflict', turnId, digest: known.digest, given: asked.digest };
  }
  const answer = turnAnswer(conversation, turnId);
  if (answer.kind === 'running' || answer.kind === 'queued' || answer.kind === 'ended') return undefined;
  return answer;
}

function refusalOfNew(
  conversation: ConversationState,
  { turnId, asked }: { readonly turnId: string; readonly asked: AskedTurn },
): RefusalDetail | undefined {
  const { retryOf, whenBusy } = asked;
  const busy =
    whenBusy === 'reject' || retryOf !== undefined ? refusalOfBusy(conversation, turnId) : undefined;
  return busy ?? (retryOf === undefined ? undefined : refusalOfRetry(conversation, retryOf));
}

function refusalOfBusy({ running, queue }: ConversationState, turnId: string): RefusalDetail | undefined {
  const open = running ?? queue[0];
  return open === undefined ? undefined : { kind: 'busy', turnId, running: open.id };
}

function refusalOfRetry(conversation: ConversationState, turnId: string): RefusalDetail | undefined {
  if (conversation.last?.id !== turnId) return { kind: 'unknown-turn', turnId };
  return refusalOfPlace(conversation, turnId);
}

function refusalOfPlace(conversation: ConversationState, turnId: string): RefusalDetail | undefined {
  return spanOf(conversation, turnId) === undefined ? { kind: 'compacted', turnId } : undefined;
}

/** Why a conversation cannot go back. */
export function refusalOfRewind(
  conversation: ConversationState,
  { to }: RewindInput,
): RefusalDetail | undefined {
  const busy = refusalOfBusy(conversation, to ?? '');
  if (busy !== undefined || to === undefined) return busy;
  return findTurn(conversation, to) === undefined
    ? { kind: 'unknown-turn', turnId: to }
    : refusalOfPlace(conversation, to);
}

/** Why a turn cannot be cancelled. One that has ended stays as it is. */
export function refusalOfCancel(
  conversation: ConversationState,
  { turnId }: CancelTurnInput,
): RefusalDetail | undefined {
  return findTurn(conversation, turnId) === undefined ? { kind: 'unknown-turn', turnId } : undefined;
}
