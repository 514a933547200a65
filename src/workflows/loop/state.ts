import type { JudgedCall, RunMarks } from '../../common/carried-run';
import type { Span } from '../../common/conversation-wire';
import type { JsonValue } from '../../common/json';
import type { ModelMessage } from '../../common/messages';
import {
  advanceAddress,
  type MessageDescriptor,
  type TranscriptAddress,
  type TranscriptDelta,
} from '../../common/transcript';
import type { Usage, UsageLimits } from '../../common/usage';
import { estimateTokens } from '../../common/token-estimate';
import type { AgentManifest, EarlierMessages, RunRequest, TurnReference } from '../../common/wire';
import type { ExceededLimit } from '../../common/limit-checks';
import { limitExceeded, type RunFailure } from './failures';

export type { JudgedCall };

/** Everything that decides what a run does next; made of recorded data only. */
export interface RunState extends RunMarks {
  readonly manifest: AgentManifest;
  readonly request: OwnRequest;
  readonly usage: Usage;
  /** Model requests made. */
  readonly step: number;
  readonly transcript: Transcript;
  /** How often the model was asked to try again: for the run's output, and by tool since it last succeeded. */
  readonly retries: { readonly output: number; readonly tools: ReadonlyMap<string, number> };
  readonly phase: Phase;
  /** Present in a turn of a conversation. */
  readonly turn?: TurnOfConversation;
}

export interface TurnOfConversation {
  readonly reference: TurnReference;
  /** Spent in the turns before, and what all turns together may spend. */
  readonly spent: Usage;
  readonly limits: UsageLimits;
}

/** A run's own request; the messages that it continues are in its transcript. */
export type OwnRequest = Omit<RunRequest, 'messageHistory' | 'continueFrom'>;

export interface Transcript {
  /** The address after `earlier`. */
  readonly start: TranscriptAddress;
  /** Messages of earlier runs, or what was made of all until then; only workers look into them. */
  readonly earlier: EarlierMessages;
  readonly messages: readonly ModelMessage[];
  /** The version after each message. */
  readonly versions: readonly string[];
  /** What the next model request has to be told. */
  readonly unsent: TranscriptDelta;
  /** How many tokens the model reads with the next request: as the provider counted the last one, and an estimate since. */
  readonly tokens: number;
  /** How many messages at the front are of earlier runs. */
  readonly continued: number;
  /** Messages of this run that the model does not see any more. */
  readonly dropped: number;
  /** How many more messages were said than the model reads. */
  readonly shift: number;
  /** Where the turns before are, as far as it is known; none in a run. */
  readonly spans: readonly (Span | undefined)[];
}

export type Phase =
  | { readonly kind: 'requesting' }
  | { readonly kind: 'calling'; readonly calls: readonly JudgedCall[] }
  | { readonly kind: 'finished'; readonly output: JsonValue }
  | { readonly kind: 'failed'; readonly failure: RunFailure };

/** The address after the last message, to which `unsent` leads. */
export function addressOf({ start, versions }: Transcript): TranscriptAddress {
  const version = versions.at(-1);
  return version === undefined ? start : { length: start.length + versions.length, version };
}

export function withMessage(state: RunState, descriptor: MessageDescriptor, message: ModelMessage): RunState {
  const { messages, versions, unsent, tokens } = state.transcript;
  const { version } = advanceAddress(addressOf(state.transcript), descriptor);
  return {
    ...state,
    ...(message.kind === 'response' ? { finishReason: message.finishReason } : {}),
    transcript: {
      ...state.transcript,
      messages: [...messages, message],
      versions: [...versions, version],
      unsent: { base: unsent.base, append: [...unsent.append, descriptor] },
      tokens: countTokens(tokens, message),
    },
  };
}

/** A provider counts also what is no message: instructions and tools. */
function countTokens(before: number, message: ModelMessage): number {
  const estimated = before + estimateTokens(message);
  if (message.kind === 'request') return estimated;
  const { inputTokens = 0, outputTokens = 0 } = message.usage;
  return Math.max(estimated, inputTokens + outputTokens);
}

/** The state after a model request went out: what was unsent is now known to the model. */
export function withRequestSent(state: RunState): RunState {
  return { ...withAllTold(state), step: state.step + 1 };
}

/** The state after an activity was told all there is, whether it asked the model or not. */
export function withAllTold(state: RunState): RunState {
  const unsent = { base: addressOf(state.transcript), append: [] };
  return { ...state, transcript: { ...state.transcript, unsent } };
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
