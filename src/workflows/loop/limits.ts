import {
  type ExceededLimit,
  limitAfterResponse,
  limitBeforeRequest,
  limitBeforeToolCalls,
} from '../../common/limit-checks';
import { addUsage, type ResponseUsage, type Usage, type UsageLimits } from '../../common/usage';
import type { RunState } from './state';

/** The limit that stands before the next request, reached before or by this very request. */
export function standingLimit(state: RunState): ExceededLimit | undefined {
  return state.limitReached ?? firstExceeded(state, limitBeforeRequest);
}

/** The limit that a response has broken, which the state's usage counts already. */
export function exceededAfterResponse(state: RunState, response: ResponseUsage): ExceededLimit | undefined {
  return firstExceeded(state, (usage, limits) => limitAfterResponse(usage, response, limits));
}

/** The limit that so many more calls would break. */
export function exceededByCalls(state: RunState, calls: number): ExceededLimit | undefined {
  return firstExceeded(state, (usage, limits) => limitBeforeToolCalls(usage, calls, limits));
}

/** The limit of the conversation that its turns before have reached: this one may not ask for as much as a final answer. */
export function limitReachedBefore({ turn }: RunState): ExceededLimit | undefined {
  if (turn === undefined) return undefined;
  const { spent, limits } = turn;
  return ofConversation(limitBeforeRequest(spent, limits) ?? limitAfterResponse(spent, {}, limits));
}

/** The limits of the run itself go before those of its conversation. */
function firstExceeded(
  { usage, manifest, turn }: RunState,
  check: (usage: Usage, limits: UsageLimits) => ExceededLimit | undefined,
): ExceededLimit | undefined {
  const own = check(usage, manifest.usageLimits);
  if (own !== undefined || turn === undefined) return own;
  return ofConversation(check(addUsage(turn.spent, usage), turn.limits));
}

function ofConversation(limit: ExceededLimit | undefined): ExceededLimit | undefined {
  return limit && { ...limit, message: `${limit.message}, of the whole conversation` };
}
