import type { ToolCallPart } from '../../common/messages';
import type { AcceptedOutput } from './output';
import { asksForRetry, type ToolOutcomes } from './tool-outcome';
import type { JudgedCall } from './state';

/** How the calls of one response end together. */
export interface RoundVerdict {
  /** The call whose output ends the run. */
  readonly final?: {
    readonly position: number;
    readonly call: ToolCallPart;
    readonly verdict: AcceptedOutput;
  };
}

/** The strategy `graceful`: functions run first, then the first valid output ends the run unless a tool asks for a retry. */
export function judgeRound(calls: readonly JudgedCall[], outcomes: ToolOutcomes): RoundVerdict {
  if (calls.some((judged) => asksForRetry(judged, outcomes))) return {};
  for (const { position, call, verdict } of calls) {
    if (verdict === undefined || !('output' in verdict) || 'invalid' in verdict.output) continue;
    return { final: { position, call, verdict: verdict.output } };
  }
  return {};
}
