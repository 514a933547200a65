import type { JsonValue } from '../common/json';
import type { RunOutcome } from '../common/wire';
import type { RunState } from './loop';

/** What a run returns. Small: the messages stand in history already. */
export function toOutcome(state: RunState, output: JsonValue): RunOutcome {
  const { usage, transcript, limitReached, request, finishReason } = state;
  return {
    output,
    usage,
    tail: transcript.unsent.append,
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(request.conversationId === undefined ? {} : { conversationId: request.conversationId }),
    ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
    ...(limitReached === undefined ? {} : { limitReached: limitReached.message }),
  };
}
