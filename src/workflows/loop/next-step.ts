import type { JsonValue } from '../../common/json';
import type { TranscriptDelta } from '../../common/transcript';
import { type ExceededLimit, limitBeforeRequest } from '../../common/limit-checks';
import { limitExceeded, type RunFailure } from './failures';
import type { JudgedCall, RunState } from './state';

/** What a run does next; the shell carries it out and reports back through a `with…` function. */
export type Step =
  | RequestModelStep
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

/** The limit that stands before the next request, reached before or by this very request. */
export function standingLimit({ limitReached, usage, manifest }: RunState): ExceededLimit | undefined {
  return limitReached ?? limitBeforeRequest(usage, manifest.usageLimits);
}

function requestModel(state: RunState): Step {
  const limit = standingLimit(state);
  if (limit !== undefined && state.manifest.onLimit !== 'final-answer') {
    return { kind: 'fail', failure: limitExceeded(limit) };
  }
  return {
    kind: 'request-model',
    number: state.step + 1,
    transcript: state.transcript.unsent,
    final: limit !== undefined,
  };
}
