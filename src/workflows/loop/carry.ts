import {
  CARRIED_FORMAT,
  type CarriedPhase,
  type CarriedRun,
  type CarriedTranscript,
  type HeldMessages,
  type RunMarks,
} from '../../common/carried-run';
import type { AgentManifest, PackedMessages, RunRequest } from '../../common/wire';
import { addressOf, type OwnRequest, type Phase, type RunState, type Transcript } from './state';

/** What the next workflow run needs to go on; `undefined` when the run is over. */
export function toCarried(state: RunState): CarriedRun | undefined {
  const phase = toCarriedPhase(state.phase);
  if (phase === undefined) return undefined;
  const { usage, step, retries, transcript, turn } = state;
  return {
    format: CARRIED_FORMAT,
    manifest: withoutAnswer(state.manifest),
    usage,
    step,
    retries: { output: retries.output, tools: Object.fromEntries(retries.tools) },
    phase,
    ...toMarks(state),
    ...(turn === undefined ? {} : { span: transcript.spans.at(-1) }),
    transcript: toCarriedTranscript(transcript),
    tail: transcript.unsent.append,
  };
}

export function toCarriedTranscript(transcript: Transcript): CarriedTranscript {
  const { start, earlier, messages, versions, tokens, continued, dropped, shift } = transcript;
  return {
    tokens,
    continued,
    dropped,
    shift,
    address: addressOf(transcript),
    held: { start, earlier, messages, versions },
  };
}

/** The same without its messages, which the next workflow run loads from this one. */
export function withoutMessages(carried: CarriedRun): CarriedRun {
  return { ...carried, transcript: { ...carried.transcript, held: undefined } };
}

/** The state that was handed on. */
export function fromCarried(request: RunRequest, carried: CarriedRun): RunState {
  const { manifest, usage, step, retries, phase } = carried;
  return {
    manifest,
    request: toOwnRequest(request),
    usage,
    step,
    transcript: toTranscript(carried.transcript),
    retries: { output: retries.output, tools: new Map(Object.entries(retries.tools)) },
    phase,
    ...toMarks(carried),
  };
}

/** What only some runs have. */
function toMarks({ limitReached, discardedResponse, compactAgainAbove, finishReason }: RunMarks): RunMarks {
  return {
    ...(limitReached === undefined ? {} : { limitReached }),
    ...(discardedResponse === undefined ? {} : { discardedResponse }),
    ...(compactAgainAbove === undefined ? {} : { compactAgainAbove }),
    ...(finishReason === undefined ? {} : { finishReason }),
  };
}

export function toOwnRequest(request: RunRequest): OwnRequest {
  const { messageHistory: _inTranscript, continueFrom: _loaded, ...own } = request;
  return own;
}

/** Without messages, when those were not handed on: see {@link withLoaded}. */
export function toTranscript(carried: CarriedTranscript): Transcript {
  const { address, tokens, continued, dropped, shift, held = toUnloaded(carried) } = carried;
  return { ...held, unsent: { base: address, append: [] }, tokens, continued, dropped, shift, spans: [] };
}

function toUnloaded({ address }: CarriedTranscript): HeldMessages {
  return { start: address, earlier: [], messages: [], versions: [] };
}

/** The transcript with what it lacks. */
export function withLoaded(transcript: Transcript, earlier: PackedMessages): Transcript {
  return { ...transcript, earlier };
}

function toCarriedPhase(phase: Phase): CarriedPhase | undefined {
  switch (phase.kind) {
    case 'requesting':
    case 'calling':
      return phase;
    case 'finished':
    case 'failed':
      return undefined;
  }
}

/** The answer of an earlier run that this one began with was decided upon at its start. */
function withoutAnswer({ start: _start, ...manifest }: AgentManifest): AgentManifest {
  return manifest;
}
