import { advanceAddress, EMPTY_TRANSCRIPT } from '../../common/transcript';
import { addUsage, NO_USAGE } from '../../common/usage';
import { type AgentManifest, type RunRequest, toFirstMessage } from '../../common/wire';
import { toOwnRequest } from './carry';
import { withDecision } from './receive-response';
import { type RunState, type Transcript, withMessage } from './state';

/** The state of a run before its first step. */
export function startRun(request: RunRequest, manifest: AgentManifest): RunState {
  const { start } = manifest;
  const state: RunState = {
    manifest,
    request: toOwnRequest(request),
    usage: addUsage(NO_USAGE, request.usage ?? {}),
    step: 0,
    transcript: toTranscript(request, manifest),
    retries: { output: 0, tools: new Map() },
    phase: { kind: 'requesting' },
  };
  if (start?.kind === 'resend') return state;
  if (start?.kind === 'decide') {
    const { answer } = start;
    return withDecision({ ...state, finishReason: answer.response.finishReason }, answer);
  }
  return withMessage(state, { input: true }, toFirstMessage(request));
}

function toTranscript({ messageHistory = [] }: RunRequest, { start }: AgentManifest): Transcript {
  const { history = 0, tokens = 0 } = start ?? {};
  const append = history === 0 ? [] : [{ history }];
  return {
    start: append.reduce(advanceAddress, EMPTY_TRANSCRIPT),
    earlier: messageHistory,
    messages: [],
    versions: [],
    unsent: { base: EMPTY_TRANSCRIPT, append },
    tokens,
    continued: history,
    dropped: 0,
    shift: 0,
    spans: [],
  };
}
