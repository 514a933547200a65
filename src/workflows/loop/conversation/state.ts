import type {
  Closing,
  ConversationRequest,
  OlderTurns,
  OpenTurn,
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
  /** As it was before the turn that runs. */
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
  };
}

export function lengthOf({ start, messages }: Transcript): number {
  return start.length + messages.length;
}
