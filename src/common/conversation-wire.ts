import type { CarriedRun, CarriedTranscript } from './carried-run';
import { isJsonObject, type JsonObject, type JsonValue } from './json';
import type { MessageDescriptor } from './transcript';
import type { RollOverThreshold, RunFailureDetail, RunOutcome, RunRequest } from './wire';
import type { Usage, UsageLimits } from './usage';

/*
 * What crosses between the clients of a conversation and its workflow, and therefore stands in recorded histories: the
 * rules of wire.ts hold.
 */

/** Takes a turn, or waits for one that was taken; returns its {@link RunOutcome}. */
export const TURN_UPDATE = 'conversation.turn';
/** Takes everything back that was said after a turn. */
export const REWIND_UPDATE = 'conversation.rewind';
/** Stops one turn. */
export const CANCEL_TURN_UPDATE = 'conversation.cancel-turn';
/** Records what a turn led to that nobody waits for: a local activity, which returns a {@link RecordedEnd}. */
export const TURN_ENDED_ACTIVITY = 'conversation.turn-ended';
/** Ends the conversation when its turns have ended. */
export const CLOSE_UPDATE = 'conversation.close';
/** What a turn led to; leaves no event. */
export const TURN_QUERY = 'conversation.turn';

/** The type of the failure with which a turn, or another change, is refused. Its first detail is a {@link RefusalDetail}. */
export const CONVERSATION_REFUSAL = 'ConversationRefusal';

/** The first argument of a conversation's workflow. The workflow's type is the agent of its turns. */
export interface ConversationInput {
  readonly conversation: ConversationRequest;
}

/** Runs are asked something, conversations are begun. */
export function isConversationInput(input: unknown): input is ConversationInput {
  return isJsonObject(input) && isJsonObject(input['conversation']);
}

/** How a conversation was begun. */
export interface ConversationRequest {
  /** For turns that bring none of their own. */
  readonly deps?: JsonValue;
  /** For all turns together. */
  readonly usageLimits?: UsageLimits;
  /** The conversation closes when nobody sends for so long, in milliseconds. Absent: never. */
  readonly idleTimeout?: number;
  readonly rollOver?: RollOverThreshold;
  /** Yours; kept with the conversation. */
  readonly metadata?: JsonObject;
  /** Where its first messages come from. */
  readonly origin?: ConversationOrigin;
}

export interface ConversationOrigin {
  readonly kind: 'fork' | 'reopen' | 'import';
  /** The conversation that it goes on from. */
  readonly conversationId?: string;
  /** The last turn that it has in common with that one. */
  readonly turnId?: string;
  /** The workflow run that the messages are loaded from. Absent: they are carried. */
  readonly execution?: string;
  /** How many events of its history count, and how many of the messages after them, from the first. */
  readonly events?: number;
  readonly messages?: number;
}

/** The argument of {@link TURN_UPDATE}. */
export interface TurnInput {
  readonly turnId: string;
  /** The agent that the sender takes the conversation to be one of. */
  readonly of?: string;
  /** Absent: nothing is asked; the caller waits for a turn that was taken. */
  readonly asked?: AskedTurn;
}

export interface AskedTurn {
  /** The same for the same request, agent included. */
  readonly digest: string;
  readonly request: RunRequest;
  /** Absent: the conversation's own. */
  readonly agent?: string;
  /** When another turn runs or waits. @default 'queue' */
  readonly whenBusy?: WhenBusy;
  /** The last turn, which this one takes the place of; its request is asked again. */
  readonly retryOf?: string;
}

export type WhenBusy = 'queue' | 'reject' | 'interrupt';

/** The argument of {@link REWIND_UPDATE}; its result is the number of messages that are left. */
export interface RewindInput {
  /** The last turn to stay; absent: none does. */
  readonly to?: string;
}

/** The argument of {@link CANCEL_TURN_UPDATE}. */
export interface CancelTurnInput {
  readonly turnId: string;
  readonly reason: string;
}

/** The argument of {@link CLOSE_UPDATE}. */
export interface CloseInput {
  readonly reason?: string;
}

/** Why a conversation ends as soon as its turns have. */
export interface Closing extends CloseInput {
  /** Nobody sent for too long. */
  readonly idle?: true;
}

/** Why a turn, or another change, was refused. */
export type RefusalDetail =
  | {
      readonly kind: 'conflict';
      readonly turnId: string;
      readonly digest: string;
      readonly given: string;
    }
  | { readonly kind: 'busy'; readonly turnId: string; readonly running: string }
  | { readonly kind: 'unknown-turn'; readonly turnId: string }
  /** Its messages were compacted, or it is too old: where it ended is not known any more. */
  | { readonly kind: 'compacted'; readonly turnId: string }
  | { readonly kind: 'closing' }
  /** The conversation is one of another agent than the sender takes it to be. */
  | { readonly kind: 'other-agent'; readonly agent: string }
  /** The workflow run that has the result of the turn, which is not carried any more. */
  | {
      readonly kind: 'elsewhere';
      readonly turnId: string;
      readonly execution: string;
      readonly updateId: string;
    }
  /** The result of the turn is not kept any more. */
  | { readonly kind: 'forgotten'; readonly turnId: string };

/** The answer to {@link TURN_QUERY}. */
export type TurnAnswer =
  | { readonly kind: 'queued' }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly end: TurnEnd }
  | RefusalDetail;

/** What a turn led to. */
export type TurnEnd =
  | { readonly outcome: RunOutcome }
  | {
      readonly failure: {
        readonly type: string;
        readonly message: string;
        readonly detail: RunFailureDetail;
      };
    };

export interface RecordedEnd {
  readonly turnId: string;
  readonly end: TurnEnd;
}

export type TurnStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** A turn that ended, as the conversation remembers it. */
export interface TurnEntry {
  readonly id: string;
  readonly digest: string;
  readonly agent?: string;
  readonly status: 'completed' | 'failed' | 'cancelled';
  /** Where its messages are among those that the model reads. Absent: they were compacted. */
  readonly span?: Span;
  readonly usage: Partial<Usage>;
  /** The update that took it. */
  readonly updateId: string;
  /** The workflow run in which it ended. Absent: the current one. */
  readonly execution?: string;
}

/** From one index to before another. */
export type Span = readonly [number, number];

/** How far a compaction holds: above `above` tokens it was due, up to `againAbove` it is not due again. */
export interface CompactionMark {
  readonly above: number;
  readonly againAbove: number;
}

/** Turns of one workflow run of which only this much is kept. */
export interface OlderTurns {
  readonly execution: string;
  /** Id and digest of each. */
  readonly turns: readonly (readonly [string, string])[];
}

/** A turn that has been taken and has not ended. */
export interface OpenTurn extends Omit<AskedTurn, 'whenBusy'> {
  readonly id: string;
  /** The update that took it. */
  readonly updateId: string;
}

/** The state that a conversation hands to the workflow run that goes on with it: the second argument of its workflow. */
export interface CarriedConversation {
  readonly format: number;
  /** Spent in turns that ended. */
  readonly usage: Usage;
  /** The transcript between turns; while one runs, that one has it. */
  readonly transcript?: CarriedTranscript;
  /** What was said after the last model request; between turns only. */
  readonly tail?: readonly MessageDescriptor[];
  /** Of the last turn that compacted the transcript; between turns only. */
  readonly compacted?: CompactionMark;
  /** The last turns that ended, oldest first. */
  readonly turns: readonly TurnEntry[];
  /** Turns before them, oldest first. */
  readonly older: readonly OlderTurns[];
  /** How many turns before those were forgotten. */
  readonly forgotten: number;
  /** What the last turns led to. */
  readonly ends: readonly (readonly [string, TurnEnd])[];
  /** What the last turn was asked, for it to be retried. */
  readonly last?: OpenTurn;
  readonly queue: readonly OpenTurn[];
  readonly running?: { readonly turn: OpenTurn; readonly run: CarriedRun };
  readonly closing?: Closing;
}

/** What a conversation's workflow returns when it closes. */
export interface ConversationOutcome {
  readonly closed: 'asked' | 'idle';
  readonly reason?: string;
  /** All but the messages, which are in the history. */
  readonly state: CarriedConversation;
}
