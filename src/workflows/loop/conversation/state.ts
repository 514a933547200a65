import type {
  Closing,
  CompactionMark,
  ConversationRequest,
  OlderTurns,
  OpenTurn,
  Span,
  TurnEnd,
  TurnEntry,
} from '../../../common/conversation-wire';
import { EMPTY_TRANSCRIPT } from '../../../common/transcript';
import { NO_USAGE, type Usage } from '../../../common/usage';
import type { Transcript } from '../state';

/** Everything that a conversation knows; made of recorded data only. */
export interface ConversationState {
  readonly request: ConversationRequest;
  /** Spent in turns that ended. */
  readonly usage: Usage;
  /** As it was before the turn that runs; after it was handed on in mid-turn, that turn has its own. */
  readonly transcript: Transcript;
  /** The last turns that ended, oldest first; where they are is in `transcript.spans`, in the same order. */
  readonly turns: readonly TurnEntry[];
  readonly older: readonly OlderTurns[];
  readonly forgotten: number;
  readonly ends: ReadonlyMap<string, TurnEnd>;
  /** The last turn that ended, for it to be retried. */
  readonly last: OpenTurn | undefined;
  readonly running: OpenTurn | undefined;
  readonly queue: readonly OpenTurn[];
  readonly closing: Closing | undefined;
  /** Of the last turn that compacted the transcript. */
  readonly compacted: CompactionMark | undefined;
}

/** A conversation in which nothing was said. */
export function startConversation(request: ConversationRequest): ConversationState {
  return {
    request,
    usage: NO_USAGE,
    transcript: {
      start: EMPTY_TRANSCRIPT,
      earlier: [],
      messages: [],
      versions: [],
      unsent: { base: EMPTY_TRANSCRIPT, append: [] },
      tokens: 0,
      continued: 0,
      dropped: 0,
      shift: 0,
      spans: [],
    },
    turns: [],
    older: [],
    forgotten: 0,
    ends: new Map(),
    last: undefined,
    running: undefined,
    queue: [],
    closing: undefined,
    compacted: undefined,
  };
}

export function lengthOf({ start, messages }: Transcript): number {
  return start.length + messages.length;
}

/** Where a turn that ended is among the messages. */
export function spanOf({ turns, transcript }: ConversationState, turnId: string): Span | undefined {
  const index = turns.findIndex(({ id }) => id === turnId);
  return transcript.spans[index];
}

/** Where the turns are that ended, with a turn under way. Those that were cancelled since it began have no place. */
export function endedSpans(before: Transcript, running: Transcript): Transcript['spans'] {
  const known = running.spans.slice(0, -1);
  return [...known, ...before.spans.slice(known.length)];
}
