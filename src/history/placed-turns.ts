import type { Span } from '../common/conversation-wire';
import type { RecordedMessages } from './recorded-messages';
import type { RecordedTurn } from './recorded-turns';

/** A turn and where its messages are. */
export interface PlacedTurn extends RecordedTurn {
  /** From one position among all messages to before another. Absent: nothing was said in it, or it was taken back. */
  readonly from?: number;
  readonly to?: number;
  /** The same among the messages that the model reads. Absent: they were compacted. */
  readonly span?: Span;
}

/** How many messages there are. */
export interface Lengths {
  /** Before the first that is known. */
  readonly before: number;
  readonly all: number;
  /** Those that the model reads. */
  readonly seen: number;
}

/** Each turn reaches from its prompt to that of the next. */
export function placeTurns(
  turns: readonly RecordedTurn[],
  messages: RecordedMessages,
  { before, all, seen }: Lengths,
): readonly PlacedTurn[] {
  const places = turns.flatMap(({ id }) => messages.placeOf(id) ?? []);
  const bounds = [...places.toSorted((left, right) => left - right), all];
  const indexOf = (place: number) => (place === all ? seen : messages.seenIndexOf(place));
  return turns.map((turn) => {
    const from = messages.placeOf(turn.id);
    if (from === undefined) return turn;
    const own = bounds.indexOf(from);
    const to = bounds[own + 1] ?? all;
    bounds.splice(own, 1); // turns without a message begin where the next one does
    return { ...turn, from: from + before, to: to + before, ...toSpan(indexOf(from), indexOf(to)) };
  });
}

function toSpan(from: number | undefined, to: number | undefined): { span?: Span } {
  return from === undefined || to === undefined ? {} : { span: [from, to] };
}
