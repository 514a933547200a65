import type { JsonValue } from '../../common/json';
import type { TranscriptDelta } from '../../common/transcript';
import { limitExceeded, type RunFailure } from './failures';
import { limitReachedBefore, standingLimit } from './limits';
import type { JudgedCall, RunState } from './state';

/** What a run does next; the shell carries it out and reports back through a `with…` function. */
export type Step =
  | RequestModelStep
  | CompactStep
  | { readonly kind: 'call-tools'; readonly calls: readonly JudgedCall[] }
  | { readonly kind: 'finish'; readonly output: JsonValue }
  | { readonly kind: 'fail'; readonly failure: RunFailure };

export interface RequestModelStep {
  readonly kind: 'request-model';
  readonly number: number;
  readonly transcript: TranscriptDelta;
  /** A limit was reached: the model is asked for its answer, and offered no function tools. */
  readonly final: boolean;
}

/** The transcript is shortened before the next request. */
export interface CompactStep {
  readonly kind: 'compact';
  /** The number of the request that it is shortened for. */
  readonly number: number;
  readonly transcript: TranscriptDelta;
  /** What the model would read otherwise. */
  readonly tokens: number;
}

export function nextStep(state: RunState): Step {
  const { phase } = state;
  switch (phase.kind) {
    case 'requesting':
      return requestModel(state);
    case 'calling':
      return { kind: 'call-tools', calls: phase.calls.filter(({ verdict }) => verdict === undefined) };
    case 'finished':
      return { kind: 'finish', output: phase.output };
    case 'failed':
      return { kind: 'fail', failure: phase.failure };
  }
}

function requestModel(state: RunState): Step {
  const before = limitReachedBefore(state);
  const limit = standingLimit(state) ?? before;
  if (limit !== undefined && (before !== undefined || state.manifest.onLimit !== 'final-answer')) {
    return { kind: 'fail', failure: limitExceeded(limit) };
  }
  const number = state.step + 1;
  const { unsent: transcript, tokens } = state.transcript;
  if (limit === undefined && isTooLong(state)) return { kind: 'compact', number, transcript, tokens };
  return { kind: 'request-model', number, transcript, final: limit !== undefined };
}

/** What no strategy can shorten is sent as it is, and the provider says whether it is too long. */
function isTooLong({ manifest, transcript, compactAgainAbove = 0 }: RunState): boolean {
  const { compactAbove } = manifest;
  return compactAbove !== undefined && transcript.tokens > Math.max(compactAbove, compactAgainAbove);
}
