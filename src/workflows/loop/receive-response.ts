import { type ModelResponse, textOf, type ToolCallPart, toolCallsOf } from '../../common/messages';
import { withResponseUsage } from '../../common/usage';
import type { ModelRequestResult } from '../../common/wire';
import { outputRetriesExceeded, type RunFailure, unexpectedBehavior } from './failures';
import { limitAfterResponse, limitBeforeToolCalls } from './limits';
import { toOutput } from './output';
import {
  type JudgedCall,
  type RunState,
  withFailure,
  withMessage,
  withPhase,
  withRequestSent,
} from './state';
import { withToolOutcomes } from './settle-calls';

/** The state after the model answered. */
export function withModelResponse(state: RunState, result: ModelRequestResult): RunState {
  const { id, response } = result;
  const usage = withResponseUsage(state.usage, response.usage);
  const counted = { ...withRequestSent(state), usage };
  const exceeded = limitAfterResponse(usage, state.manifest.usageLimits);
  if (exceeded !== undefined) return withFailure(counted, { ...exceeded, discardedResponse: id });
  const accepted = withMessage(counted, { response: id }, response);
  const calls = judgeCalls(result);
  return calls.length > 0 ? withToolCalls(accepted, calls) : withText(accepted, result);
}

/** The state after a model request that failed for good. */
export function withModelFailure(state: RunState, failure: RunFailure): RunState {
  return withFailure(withRequestSent(state), failure);
}

function judgeCalls({ response, calls: verdicts }: ModelRequestResult): JudgedCall[] {
  const cut = response.finishReason === 'length';
  return toolCallsOf(response).map((call, position) => ({
    call,
    position,
    verdict: verdicts?.[position] ?? undefined,
    truncated: cut && isUnfinished(call),
  }));
}

/** Whether the arguments break off: only then are they no JSON. None at all are `{}`. */
function isUnfinished({ args }: ToolCallPart): boolean {
  if (typeof args !== 'string' || args === '') return false;
  try {
    JSON.parse(args);
    return false;
  } catch {
    return true;
  }
}

function withToolCalls(state: RunState, calls: readonly JudgedCall[]): RunState {
  const functionCalls = calls.filter(({ verdict }) => verdict === undefined || !('output' in verdict));
  const exceeded = limitBeforeToolCalls(state.usage, functionCalls.length, state.manifest.usageLimits);
  if (exceeded !== undefined) return withFailure(state, exceeded);
  const calling = withPhase(state, { kind: 'calling', calls });
  return calls.some(({ verdict }) => verdict === undefined) ? calling : withToolOutcomes(calling, []);
}

function withText(state: RunState, { response, text: verdict }: ModelRequestResult): RunState {
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
  if (manifest.output === 'tool') return 'Please return text or include your response in a tool call.';
  return Object.keys(manifest.tools).length > 0
    ? 'Please return text or call a tool.'
    : 'Please return text.';
}

function withOutputRetry(state: RunState, content: RetryContent): RunState {
  const { outputRetries } = state.manifest;
  if (state.retries.output >= outputRetries) return withFailure(state, outputRetriesExceeded(outputRetries));
  const part = { kind: 'retry-prompt', content } as const;
  const asked = withMessage(state, { request: [part] }, { kind: 'request', parts: [part] });
  const retries = { ...state.retries, output: state.retries.output + 1 };
  return withPhase({ ...asked, retries }, { kind: 'requesting' });
}

type RetryContent = string | Extract<ModelRequestResult['text'], { invalid: unknown }>['invalid'];
