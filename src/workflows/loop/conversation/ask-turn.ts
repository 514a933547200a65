import type { AskedTurn, OpenTurn } from '../../../common/conversation-wire';
import type { ConversationState } from './state';

/** The conversation after one more turn was asked of it. A retry asks what the last turn was asked. */
export function withTurnAsked(
  conversation: ConversationState,
  asked: AskedTurn & { readonly id: string; readonly updateId: string },
): ConversationState {
  const { whenBusy, ...turn } = asked;
  const { queue, last } = conversation;
  const taken = turn.retryOf === undefined ? turn : toRetry(turn, last);
  return { ...conversation, queue: whenBusy === 'interrupt' ? [taken, ...queue] : [...queue, taken] };
}

function toRetry(turn: OpenTurn, last: OpenTurn | undefined): OpenTurn {
  if (last === undefined) return turn;
  const { request, agent } = last;
  return {
    ...turn,
    request: { ...request, ...turn.request },
    ...(agent === undefined ? {} : { agent }),
  };
}
