import type { Span } from './conversation-wire';
import type { ExceededLimit } from './limit-checks';
import { isJsonObject } from './json';
import type { FinishReason, ModelMessage, ToolCallPart } from './messages';
import type { MessageDescriptor, TranscriptAddress } from './transcript';
import type { Usage } from './usage';
import type { AgentManifest, CallVerdict, EarlierMessages } from './wire';

/** The form of {@link CarriedRun}. A newer worker reads older ones; see `docs/decisions`. */
export const CARRIED_FORMAT = 1;

/** Whether a workflow's second argument is state that another workflow run handed on, in whichever form. */
export function isHandedOn<State extends Pick<CarriedRun, 'format'>>(value: unknown): value is State {
  return isJsonObject(value) && typeof value['format'] === 'number';
}

/**
 * The state that a run hands to the workflow run that goes on with it: the second argument of its workflow. Stands in
 * recorded histories, as everything in `wire.ts` does.
 */
export interface CarriedRun extends RunMarks {
  readonly format: number;
  /** As it was resolved when the run, or the turn, began. */
  readonly manifest: AgentManifest;
  readonly usage: Usage;
  /** Model requests made. */
  readonly step: number;
  readonly retries: { readonly output: number; readonly tools: Readonly<Record<string, number>> };
  readonly phase: CarriedPhase;
  readonly transcript: CarriedTranscript;
  /** Of a turn: where its messages are, unless they were compacted. */
  readonly span?: Span | undefined;
  /** What the run before added to its transcript after its last model request. */
  readonly tail: readonly MessageDescriptor[];
}

/** What only some runs have. */
export interface RunMarks {
  /** A limit that was reached; only a final answer may still be asked for. */
  readonly limitReached?: ExceededLimit | undefined;
  /** The id of the response that broke it; it is no part of the transcript. */
  readonly discardedResponse?: string | undefined;
  /** Tokens up to which a transcript that was compacted is not compacted again. */
  readonly compactAgainAbove?: number | undefined;
  /** Why the model stopped after its last response. */
  readonly finishReason?: FinishReason | undefined;
}

export type CarriedPhase =
  { readonly kind: 'requesting' } | { readonly kind: 'calling'; readonly calls: readonly JudgedCall[] };

/** A tool call and what validation said about it; without a verdict it is a valid call of a function tool. */
export interface JudgedCall {
  readonly call: ToolCallPart;
  /** Among the calls of its response. */
  readonly position: number;
  readonly verdict?: CallVerdict | undefined;
  /** Whether the token limit cut the arguments. */
  readonly truncated: boolean;
}

export interface CarriedTranscript {
  /** In tokens, as estimated. */
  readonly tokens: number;
  /** How many messages at the front are of earlier runs. */
  readonly continued: number;
  /** Messages of this chain that the model does not see any more. */
  readonly dropped: number;
  /** How many more messages were said than the model reads. */
  readonly shift: number;
  /** Of the transcript as a whole. */
  readonly address: TranscriptAddress;
  /** Absent: too large to be carried, and loaded from the workflow run before. */
  readonly held?: HeldMessages | undefined;
}

export interface HeldMessages {
  /** The address after `earlier`. */
  readonly start: TranscriptAddress;
  readonly earlier: EarlierMessages;
  readonly messages: readonly ModelMessage[];
  /** The version after each of the messages. */
  readonly versions: readonly string[];
}
