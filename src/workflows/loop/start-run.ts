import { advanceAddress, EMPTY_TRANSCRIPT } from '../../common/transcript';
import { addUsage, NO_USAGE } from '../../common/usage';
import { type AgentManifest, type RunRequest, toFirstMessage } from '../../common/wire';
import { withDecision } from './receive-response';
import { type RunState, type Transcript, withMessage } from './state';

/** The state of a run before its first step. */
export function startRun(request: RunRequest, manifest: AgentManifest): RunState {
  const { start } = manifest;
  const state: RunState = {
    manifest,
    request,
    usage: addUsage(NO_USAGE, request.usage ?? {}),
    step: 0,
    transcript: toTranscript(start?.history ?? 0),
    retries: { output: 0, tools: new Map() },
    phase: { kind: 'requesting' },
  };
  if (start?.kind === 'resend') return state;
  if (start?.kind === 'decide') return withDecision(state, start.answer);
  return withMessage(state, { input: true }, toFirstMessage(request));
}

function toTranscript(history: number): Transcript {
  const append = history === 0 ? [] : [{ history }];
  return {
    start: append.reduce(advanceAddress, EMPTY_TRANSCRIPT),
    messages: [],
    versions: [],
    unsent: { base: EMPTY_TRANSCRIPT, append },
  };
}
