import type { ToolCallPart } from '../../common/messages';
import type { EndStrategy } from '../../common/wire';
import type { AcceptedOutput } from './output';
import type { JudgedCall } from './state';
import { asksForRetry, type ToolOutcomes } from './tool-outcome';

/** How the calls of one response end together. */
export interface RoundVerdict {
  readonly strategy: EndStrategy;
  /** The call whose output ends the run. */
  readonly final?: {
    readonly position: number;
    readonly call: ToolCallPart;
    readonly verdict: AcceptedOutput;
  };
}

/**
 * The first valid output ends the run. With `early` no function runs beside it; with `graceful` and `exhaustive`
 * functions run first, and one that asks for a retry sets the output aside.
 */
export function judgeRound(
  strategy: EndStrategy,
  calls: readonly JudgedCall[],
  outcomes: ToolOutcomes,
): RoundVerdict {
  const setAside = strategy !== 'early' && calls.some((judged) => asksForRetry(judged, outcomes));
  if (setAside) return { strategy };
  for (const { position, call, verdict } of calls) {
    if (verdict === undefined || !('output' in verdict) || 'invalid' in verdict.output) continue;
    return { strategy, final: { position, call, verdict: verdict.output } };
  }
  return { strategy };
}
