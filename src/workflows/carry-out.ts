import { callTools } from './call-tools';
import { compactTranscript } from './compact-transcript';
import type { RunState, Step } from './loop';
import { requestModel } from './request-model';

/** A step after which the run goes on. */
type OpenStep = Exclude<Step, { kind: 'finish' | 'fail' }>;

/** The state after a step was carried out. */
export function carryOut(state: RunState, step: OpenStep): Promise<RunState> {
  switch (step.kind) {
    case 'request-model':
      return requestModel(state, step);
    case 'call-tools':
      return callTools(state, step.calls);
    case 'compact':
      return compactTranscript(state, step);
  }
}
