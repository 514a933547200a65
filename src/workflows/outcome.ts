import type { JsonValue } from '../common/json';
import type { ModelResponse } from '../common/messages';
import type { RunOutcome } from '../common/wire';
import type { RunState } from './loop';

/** What a run returns. Small: the messages stand in history already. */
export function toOutcome(state: RunState, output: JsonValue): RunOutcome {
  const { usage, transcript, limitReached, request } = state;
  const last = lastResponse(state);
  return {
    output,
    usage,
    tail: transcript.unsent.append,
    ...(last?.finishReason === undefined ? {} : { finishReason: last.finishReason }),
    ...(request.conversationId === undefined ? {} : { conversationId: request.conversationId }),
    ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
    ...(limitReached === undefined ? {} : { limitReached: limitReached.message }),
  };
}

/** That of an earlier run, when it was the answer already. */
function lastResponse({ transcript, manifest: { start } }: RunState): ModelResponse | undefined {
  const last = transcript.messages.findLast((message) => message.kind === 'response');
  return last ?? (start?.kind === 'decide' ? start.answer.response : undefined);
}
