import type { CompactionMark, OpenTurn, TurnEnd, TurnEntry } from '../../../common/conversation-wire';
import { addUsage, NO_USAGE, toRecordedUsage } from '../../../common/usage';
import type { RunState, Transcript } from '../state';
import { type ConversationState, endedSpans, lengthOf } from './state';
import { withoutRetried } from './take-back';

export interface EndedTurn {
  readonly turn: OpenTurn;
  /** Absent when it did not even begin. */
  readonly state: RunState | undefined;
  readonly status: TurnEntry['status'];
  readonly end: TurnEnd;
  /** Of the turn that runs meanwhile, when this one waited and was cancelled. */
  readonly beside?: RunState | undefined;
}

/**
 * The conversation after a turn ended, one way or another: the one that ran, or one that waited and was cancelled. What
 * was said in it stays.
 */
export function withTurnEnded(conversation: ConversationState, ended: EndedTurn): ConversationState {
  const { turn, state, end, beside } = ended;
  const { running, queue, turns, ends } = conversation;
  // Where none runs it was about to begin: a reader of the history cannot tell that from one that had.
  const before = beside === undefined ? withoutRetried(conversation, turn) : conversation;
  return {
    ...before,
    usage: addUsage(before.usage, state?.usage ?? NO_USAGE),
    transcript: toEndedTranscript(before.transcript, ended),
    turns: [...turns, toEntry(ended)],
    ends: new Map(ends).set(turn.id, end),
    last: turn,
    running: running?.id === turn.id ? undefined : running,
    queue: queue.filter(({ id }) => id !== turn.id),
    compacted: state === undefined ? before.compacted : toMark(state),
  };
}

function toEntry({ turn, state, status }: EndedTurn): TurnEntry {
  const { id, digest, agent, updateId } = turn;
  return {
    id,
    digest,
    ...(agent === undefined ? {} : { agent }),
    status,
    usage: toRecordedUsage(state?.usage ?? NO_USAGE),
    updateId,
  };
}

function toEndedTranscript(before: Transcript, { state, beside }: EndedTurn): Transcript {
  if (state !== undefined) return toWhole(before, state.transcript);
  const length = lengthOf(before);
  return { ...before, spans: [...before.spans, beside === undefined ? [length, length] : undefined] };
}

/** The turn's span reaches to the end, unless its beginning was compacted. */
function toWhole(before: Transcript, after: Transcript): Transcript {
  const own = after.spans.at(-1);
  const span = own === undefined ? undefined : ([own[0], lengthOf(after)] as const);
  return { ...after, spans: [...endedSpans(before, after), span] };
}

function toMark({ manifest, compactAgainAbove }: RunState): CompactionMark | undefined {
  const { compactAbove } = manifest;
  return compactAbove === undefined || compactAgainAbove === undefined
    ? undefined
    : { above: compactAbove, againAbove: compactAgainAbove };
}
