import type { JsonValue } from '../../common/json';
import type { TranscriptDelta } from '../../common/transcript';
import type { RunFailure } from './failures';
import { limitBeforeRequest } from './limits';
import type { JudgedCall, RunState } from './state';

/** What a run does next; the shell carries it out and reports back through a `with…` function. */
export type Step =
  | { readonly kind: 'request-model'; readonly number: number; readonly transcript: TranscriptDelta }
  | { readonly kind: 'call-tools'; readonly calls: readonly JudgedCall[] }
  | { readonly kind: 'finish'; readonly output: JsonValue }
  | { readonly kind: 'fail'; readonly failure: RunFailure };

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
  const failure = limitBeforeRequest(state.usage, state.manifest.usageLimits);
  if (failure !== undefined) return { kind: 'fail', failure };
  return { kind: 'request-model', number: state.step + 1, transcript: state.transcript.unsent };
}
