import type { ModelMessage } from './messages';
import type { MessageDescriptor, TranscriptAddress, TranscriptDelta } from './transcript';
import type { ResponseUsage, Usage } from './usage';
import type { EarlierMessages, PackedMessages, RunRequest, TurnReference } from './wire';

/* How workflows and activities speak of transcripts; the rules of wire.ts hold. */

/** What the activity that shortens a transcript is given. */
export interface CompactionInput {
  readonly transcript: TranscriptDelta;
  /** The number of the request that it is shortened for. */
  readonly step: number;
  /** What the model would read otherwise. */
  readonly tokens: number;
  readonly usage: Usage;
  readonly turn?: TurnReference;
}

/** What the model reads from then on in place of the messages until then. */
export interface CompactionResult {
  /** Drawn anew for each attempt. */
  readonly id: string;
  /** Absent: there was nothing to shorten. */
  readonly messages?: PackedMessages;
  readonly length: number;
  /** As estimated. */
  readonly tokens: number;
  /** Messages that are not among these any more, or not in full. */
  readonly dropped: number;
  /** Where they stood: from one index to before another. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How many messages at the end are as they were. */
  readonly kept: number;
  /** `keepLast`, `summarize`, or the name of the function. */
  readonly strategy: string;
  /** Spent on a summary. */
  readonly usage?: ResponseUsage;
}

export interface TranscriptQueryInput {
  readonly have: TranscriptAddress;
  readonly want: TranscriptAddress;
  /** Of the text, in characters. */
  readonly offset: number;
}

/** A page of the JSON text of {@link TranscriptSegment}, or what the run has instead of what was wanted. */
export type TranscriptQueryAnswer =
  { readonly text: string; readonly total: number } | { readonly current: TranscriptAddress };

export interface TranscriptSegment {
  /** How many messages of what the asker has are kept; 0 for none, also not those of earlier runs. */
  readonly from: number;
  /** The address after `earlier`. */
  readonly start: TranscriptAddress;
  /** What the run does not hold one by one. */
  readonly earlier: EarlierMessages;
  readonly messages: readonly ModelMessage[];
  /** The version after each of the messages. */
  readonly versions: readonly string[];
  readonly request: RunRequest;
  /** The turn whose request it is. */
  readonly turn?: string;
}

/** The second argument of the activity that loads messages; without it, those of the run when it ended are loaded. */
export interface TranscriptPart {
  /** The workflow run that has the messages. @default the last one, which must have ended */
  readonly execution?: string;
  /** How many events of its history count: what comes after them is not read. @default all */
  readonly events?: number;
  /** How many of the messages are wanted, from the first. @default all */
  readonly messages?: number;
  /** Counted from 0. */
  readonly part: number;
}

/** What the activity that takes over a transcript in the worker's cache is given. */
export interface AdoptionInput {
  /** The workflow run that had it. */
  readonly from: string;
  /** Where that one stood, and what it had added since its last model request. */
  readonly reached?: TranscriptReached;
  /** Absent: between turns. */
  readonly request?: RunRequest;
  readonly turn?: string;
}

export interface TranscriptReached {
  readonly address: TranscriptAddress;
  readonly tail: readonly MessageDescriptor[];
}

/** One part of the messages. */
export interface LoadedTranscript {
  readonly gzip: string;
  /** How many parts there are. Absent: 1. */
  readonly parts?: number;
}
