import type { JsonValue } from '../../common/json';
import type { ModelMessage, ToolCallPart } from '../../common/messages';
import {
  advanceAddress,
  type MessageDescriptor,
  targetOf,
  type TranscriptAddress,
  type TranscriptDelta,
} from '../../common/transcript';
import type { Usage } from '../../common/usage';
import type { AgentManifest, CallVerdict, RunRequest } from '../../common/wire';
import type { ExceededLimit } from '../../common/limit-checks';
import { limitExceeded, type RunFailure } from './failures';

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
  /** A limit that was reached; only a final answer may still be asked for. */
  readonly limitReached?: ExceededLimit;
  /** The id of the response that broke it; it is no part of the transcript. */
  readonly discardedResponse?: string;
}

export interface Transcript {
  /** The address after the messages of earlier runs; those themselves are not held here. */
  readonly start: TranscriptAddress;
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

export function withMessage(state: RunState, descriptor: MessageDescriptor, message: ModelMessage): RunState {
  const { messages, versions, unsent } = state.transcript;
  const { version } = advanceAddress(targetOf(unsent), descriptor);
  return {
    ...state,
    transcript: {
      ...state.transcript,
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

/** The state after a limit was reached: the end, unless the agent asks the model for a final answer. */
export function withLimitReached(
  state: RunState,
  limit: ExceededLimit,
  discardedResponse?: string,
): RunState {
  const discarded = discardedResponse === undefined ? {} : { discardedResponse };
  const reached = { ...state, ...discarded, limitReached: limit };
  return state.manifest.onLimit === 'final-answer'
    ? withPhase(reached, { kind: 'requesting' })
    : withFailure(reached, toLimitFailure(reached, limit));
}

/** The end at a limit, with the response that broke it. */
export function toLimitFailure({ discardedResponse }: RunState, limit: ExceededLimit): RunFailure {
  return { ...limitExceeded(limit), ...(discardedResponse === undefined ? {} : { discardedResponse }) };
}
