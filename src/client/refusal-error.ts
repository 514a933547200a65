import type { RefusalDetail } from '../common/conversation-wire';
import {
  ConversationBusyError,
  ConversationClosedError,
  TurnConflictError,
  TurnNotKeptError,
  UnknownTurnError,
  UserError,
} from '../common/errors';

/** The error for what a conversation refused; `elsewhere` is none, for the result is there. */
export function toRefusalError(
  conversationId: string,
  refusal: Exclude<RefusalDetail, { kind: 'elsewhere' | 'closing' }>,
): Error {
  switch (refusal.kind) {
    case 'conflict': {
      const { turnId, digest, given } = refusal;
      const message =
        `turnId: turn '${turnId}' of conversation '${conversationId}' was asked something else before ` +
        `(digest ${digest}, now ${given}); give what is new a turnId of its own`;
      return new TurnConflictError(message, { conversationId, turnId, digest, givenDigest: given });
    }
    case 'busy':
      return busy(conversationId, refusal.running);
    case 'unknown-turn':
      return unknownTurn(conversationId, refusal.turnId);
    case 'other-agent':
      return new UserError(
        `conversation '${conversationId}' is one of agent '${refusal.agent}', and not of the one that it was given; ` +
          `a single turn of another agent is send(…, { agent })`,
      );
    case 'compacted':
      return notKept(conversationId, refusal.turnId, 'messages');
    case 'forgotten':
      return notKept(conversationId, refusal.turnId, 'result');
  }
}

export function busy(conversationId: string, runningTurnId: string): ConversationBusyError {
  const message =
    `conversation '${conversationId}' is busy with turn '${runningTurnId}'; wait for turn('${runningTurnId}').result(), ` +
    `or cancel it`;
  return new ConversationBusyError(message, { conversationId, runningTurnId });
}

export function unknownTurn(conversationId: string, turnId: string): UnknownTurnError {
  const message = `conversation '${conversationId}' has no turn '${turnId}'; turns() lists those that it has`;
  return new UnknownTurnError(message, { conversationId, turnId });
}

export function notKept(
  conversationId: string,
  turnId: string,
  lost: 'messages' | 'result',
): TurnNotKeptError {
  const message =
    lost === 'messages'
      ? `where turn '${turnId}' of conversation '${conversationId}' ended is not known any more, for its messages were compacted or taken back; choose a later turn`
      : `the result of turn '${turnId}' of conversation '${conversationId}' is not kept any more; what was said is in messages()`;
  return new TurnNotKeptError(message, { conversationId, turnId, lost });
}

export function closed(conversationId: string, reason: string | undefined): ConversationClosedError {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const message = `conversation '${conversationId}' is closed${why}. reopen() has it go on from its last state.`;
  return new ConversationClosedError(message, { conversationId, reason: reason ?? '' });
}
