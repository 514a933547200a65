import type { CompactionMark, OpenTurn, TurnEnd, TurnEntry } from '../../../common/conversation-wire';
import { addUsage, NO_USAGE, toRecordedUsage } from '../../../common/usage';
import type { RunState, Transcript } from '../state';
import { type ConversationState, endedSpans, lengthOf } from './state';

export interface EndedTurn {
  readonly turn: OpenTurn;
  /** Absent when it did not even begin. */
  readonly state: RunState | undefined;
  readonly status: TurnEntry['status'];
  readonly end: TurnEnd;
}

/**
 * The conversation after a turn ended, one way or another: the one that ran, or one that waited and was cancelled. What
 * was said in it stays.
 */
export function withTurnEnded(conversation: ConversationState, ended: EndedTurn): ConversationState {
  const { turn, state, end } = ended;
  const { running, queue, turns, ends } = conversation;
  return {
    ...conversation,
    usage: addUsage(conversation.usage, state?.usage ?? NO_USAGE),
    transcript: toEndedTranscript(conversation, ended),
    turns: [...turns, toEntry(ended)],
    ends: new Map(ends).set(turn.id, end),
    last: turn,
    running: running?.id === turn.id ? undefined : running,
    queue: queue.filter(({ id }) => id !== turn.id),
    compacted: state === undefined ? conversation.compacted : toMark(state),
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

function toEndedTranscript(
  { transcript: before, running }: ConversationState,
  { turn, state }: EndedTurn,
): Transcript {
  if (state !== undefined) return toWhole(before, state.transcript);
  const length = lengthOf(before);
  const isBeside = running !== undefined && running.id !== turn.id;
  return { ...before, spans: [...before.spans, isBeside ? undefined : [length, length]] };
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
