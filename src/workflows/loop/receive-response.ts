import { type ToolCallPart, toolCallsOf } from '../../common/messages';
import { withResponseUsage } from '../../common/usage';
import type { ExceededLimit } from '../../common/limit-checks';
import type { ModelAnswer, ModelRequestResult } from '../../common/wire';
import { judgeRound } from './end-strategy';
import type { RunFailure } from './failures';
import { exceededAfterResponse, exceededByCalls, standingLimit } from './limits';
import { withCallsRefused, withToolOutcomes } from './settle-calls';
import {
  type JudgedCall,
  type RunState,
  toLimitFailure,
  withFailure,
  withLimitReached,
  withMessage,
  withPhase,
  withRequestSent,
} from './state';
import { withText } from './receive-text';

/** The state after the model answered. */
export function withModelResponse(state: RunState, result: ModelRequestResult): RunState {
  if ('exceeded' in result) return withRequestRefused(withRequestSent(state), result.exceeded);
  const { id, response } = result;
  const usage = withResponseUsage(state.usage, response.usage);
  const counted = { ...withRequestSent(state), usage };
  const limit = standingLimit(state);
  if (limit !== undefined) return withFinalAnswer(counted, result, limit);
  const exceeded = exceededAfterResponse(counted, response.usage);
  if (exceeded !== undefined) return withLimitReached(counted, exceeded, id);
  return withDecision(withMessage(counted, { response: id }, response), result);
}

/** The state after a request that was counted and not sent. The one for the final answer is never refused in turn. */
function withRequestRefused(state: RunState, exceeded: ExceededLimit): RunState {
  const { limitReached } = state;
  return limitReached === undefined
    ? withLimitReached(state, exceeded)
    : withFailure(state, toLimitFailure(state, limitReached));
}

/** The state after a model request that failed for good. */
export function withModelFailure(state: RunState, failure: RunFailure): RunState {
  return withFailure(withRequestSent(state), failure);
}

/** What an accepted response means. */
export function withDecision(state: RunState, result: Omit<ModelAnswer, 'id'>): RunState {
  const calls = judgeCalls(result);
  return calls.length > 0 ? withToolCalls(state, calls) : withText(state, result);
}

/** The one answer after a limit was reached: it ends the run, one way or the other. */
function withFinalAnswer(state: RunState, result: ModelAnswer, limit: ExceededLimit): RunState {
  const decided = withDecision(withMessage(state, { response: result.id }, result.response), result);
  if (decided.phase.kind === 'finished') return { ...decided, limitReached: limit };
  return withFailure(decided, toLimitFailure(state, limit));
}

function judgeCalls({ response, calls: verdicts }: Omit<ModelAnswer, 'id'>): JudgedCall[] {
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
  const calling = withPhase(state, { kind: 'calling', calls });
  if (isFinalAlready(state, calls)) return withToolOutcomes(calling, []);
  const exceeded = exceededByCalls(state, functionCalls.length);
  if (exceeded !== undefined) return withLimitReached(withCallsRefused(state, calls), exceeded);
  const someRun = calls.some(({ verdict }) => verdict === undefined);
  return someRun ? calling : withToolOutcomes(calling, []);
}

/** Whether a final answer makes the functions beside it needless, so that no limit stands against them either. */
function isFinalAlready({ manifest }: RunState, calls: readonly JudgedCall[]): boolean {
  return manifest.endStrategy === 'early' && judgeRound('early', calls, []).final !== undefined;
}
