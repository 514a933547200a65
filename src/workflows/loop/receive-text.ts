import { type ModelResponse, type RetryPromptPart, textOf } from '../../common/messages';
import type { ModelAnswer } from '../../common/wire';
import { outputRetriesExceeded, unexpectedBehavior } from './failures';
import { toOutput } from './output';
import { type RunState, withFailure, withMessage, withPhase } from './state';

/** What a response without tool calls means. */
export function withText(
  state: RunState,
  { response, text: verdict }: Pick<ModelAnswer, 'response' | 'text'>,
): RunState {
  const text = textOf(response);
  if (text === undefined || text === '') return withEmptyResponse(state, response);
  if (verdict === undefined) return withOutputRetry(state, ASK_FOR_TOOL_CALL);
  if ('invalid' in verdict) return withOutputRetry(state, verdict.invalid);
  return withPhase(state, { kind: 'finished', output: toOutput(verdict, text) });
}

const ASK_FOR_TOOL_CALL = 'Please include your response in a tool call.';

function withEmptyResponse(state: RunState, { finishReason }: ModelResponse): RunState {
  if (finishReason === 'length') {
    const message =
      'The token limit was reached before the model said anything. Raise modelSettings.maxTokens.';
    return withFailure(state, unexpectedBehavior(message));
  }
  if (finishReason === 'content_filter') {
    const message = "The provider's content filter left nothing of the model's answer";
    return withFailure(state, { type: 'ContentFilterError', message, fields: {} });
  }
  return withOutputRetry(state, askForOutput(state));
}

function askForOutput({ manifest }: RunState): string {
  if (manifest.outputTools === true) return 'Please return text or include your response in a tool call.';
  return Object.keys(manifest.tools).length > 0
    ? 'Please return text or call a tool.'
    : 'Please return text.';
}

function withOutputRetry(state: RunState, content: RetryPromptPart['content']): RunState {
  const { outputRetries } = state.manifest;
  if (state.retries.output >= outputRetries) return withFailure(state, outputRetriesExceeded(outputRetries));
  const part = { kind: 'retry-prompt', content } as const;
  const asked = withMessage(state, { request: [part] }, { kind: 'request', parts: [part] });
  const retries = { ...state.retries, output: state.retries.output + 1 };
  return withPhase({ ...asked, retries }, { kind: 'requesting' });
}
