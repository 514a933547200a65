import type { JsonValue } from '../../common/json';
import type { ModelMessage, ToolCallPart } from '../../common/messages';
import {
  advanceAddress,
  EMPTY_TRANSCRIPT,
  type MessageDescriptor,
  targetOf,
  type TranscriptDelta,
} from '../../common/transcript';
import { addUsage, NO_USAGE, type Usage } from '../../common/usage';
import { type AgentManifest, type CallVerdict, type RunRequest, toFirstMessage } from '../../common/wire';
import type { RunFailure } from './failures';

/** Everything that decides what a run does next; made of recorded data only. */
export interface RunState {
  readonly manifest: AgentManifest;
  readonly request: RunRequest;
  readonly usage: Usage;
  /** Model requests made. */
  readonly step: number;
  readonly transcript: Transcript;
  /** How often the model was asked to try again: for the run's output, and by tool since it last succeeded. */
  readonly retries: { readonly output: number; readonly tools: ReadonlyMap<string, number> };
  readonly phase: Phase;
}

export interface Transcript {
  readonly messages: readonly ModelMessage[];
  /** The version after each message. */
  readonly versions: readonly string[];
  /** What the next model request has to be told. */
  readonly unsent: TranscriptDelta;
}

export type Phase =
  | { readonly kind: 'requesting' }
  | { readonly kind: 'calling'; readonly calls: readonly JudgedCall[] }
  | { readonly kind: 'finished'; readonly output: JsonValue }
  | { readonly kind: 'failed'; readonly failure: RunFailure };

/** A tool call and what validation said about it; without a verdict it is a valid call of a function tool. */
export interface JudgedCall {
  readonly call: ToolCallPart;
  /** Among the calls of its response. */
  readonly position: number;
  readonly verdict: CallVerdict | undefined;
  /** Whether the token limit cut the arguments. */
  readonly truncated: boolean;
}

export function startRun(request: RunRequest, manifest: AgentManifest): RunState {
  const state: RunState = {
    manifest,
    request,
    usage: addUsage(NO_USAGE, request.usage ?? {}),
    step: 0,
    transcript: { messages: [], versions: [], unsent: { base: EMPTY_TRANSCRIPT, append: [] } },
    retries: { output: 0, tools: new Map() },
    phase: { kind: 'requesting' },
  };
  return withMessage(state, { input: true }, toFirstMessage(request));
}

export function withMessage(state: RunState, descriptor: MessageDescriptor, message: ModelMessage): RunState {
  const { messages, versions, unsent } = state.transcript;
  const { version } = advanceAddress(targetOf(unsent), descriptor);
  return {
    ...state,
    transcript: {
      messages: [...messages, message],
      versions: [...versions, version],
      unsent: { base: unsent.base, append: [...unsent.append, descriptor] },
    },
  };
}

/** The state after a model request went out: what was unsent is now known to the model. */
export function withRequestSent(state: RunState): RunState {
  const unsent = { base: targetOf(state.transcript.unsent), append: [] };
  return { ...state, step: state.step + 1, transcript: { ...state.transcript, unsent } };
}

export function withPhase(state: RunState, phase: Phase): RunState {
  return { ...state, phase };
}

export function withFailure(state: RunState, failure: RunFailure): RunState {
  return withPhase(state, { kind: 'failed', failure });
}
