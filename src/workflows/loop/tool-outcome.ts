import type { RequestPart } from '../../common/messages';
import type { ToolCallResult } from '../../common/wire';
import type { RunFailure } from './failures';
import type { JudgedCall } from './state';

/** What became of a tool call that was carried out: a result for the transcript, or the end of the run. */
export type ToolOutcome =
  | { readonly kind: 'result'; readonly result: ToolCallResult; readonly part: RequestPart }
  | { readonly kind: 'failure'; readonly failure: RunFailure };

/** By position among the calls of the response; nothing for a call that was not carried out. */
export type ToolOutcomes = readonly (ToolOutcome | undefined)[];

export function isSuccess(outcome: ToolOutcome | undefined): boolean {
  return (
    outcome?.kind === 'result' && outcome.part.kind === 'tool-return' && outcome.part.outcome === 'success'
  );
}

/** Whether the model has to call this function again: its arguments were invalid, or the tool asked for it. */
export function asksForRetry({ position, verdict }: JudgedCall, outcomes: ToolOutcomes): boolean {
  if (verdict !== undefined) return 'invalid' in verdict;
  const outcome = outcomes[position];
  return outcome?.kind === 'result' && outcome.part.kind === 'retry-prompt';
}
