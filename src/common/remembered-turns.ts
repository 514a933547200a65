import type { CarriedConversation, OlderTurns, TurnEnd, TurnEntry } from './conversation-wire';
import {
  MAX_CARRIED_RESULTS,
  MAX_CARRIED_RESULTS_LENGTH,
  MAX_OLDER_TURNS_LENGTH,
  MAX_RECENT_TURNS,
} from './size-limits';

type Remembered = Pick<CarriedConversation, 'turns' | 'older' | 'forgotten'>;

/** What a conversation remembers of its turns: of all but the last ones only the ids, and of those only so many. */
export function toRemembered({ turns, older, forgotten }: Remembered): Remembered {
  const recent = turns.slice(-MAX_RECENT_TURNS);
  const known = turns.slice(0, turns.length - recent.length).reduce(withOlder, older);
  const kept = toKept(known);
  return { turns: recent, older: kept, forgotten: forgotten + count(known) - count(kept) };
}

function withOlder(older: readonly OlderTurns[], { id, digest, execution = '' }: TurnEntry): OlderTurns[] {
  const group = older.at(-1);
  if (group?.execution !== execution) return [...older, { execution, turns: [[id, digest]] }];
  return [...older.slice(0, -1), { execution, turns: [...group.turns, [id, digest]] }];
}

/** As many of the last ones as fit. */
function toKept(older: readonly OlderTurns[]): OlderTurns[] {
  const kept: OlderTurns[] = [];
  let room = MAX_OLDER_TURNS_LENGTH - '[]'.length;
  for (const { execution, turns } of older.toReversed()) {
    room -= JSON.stringify({ execution, turns: [] }).length;
    let first = turns.length;
    for (const turn of turns.toReversed()) {
      room -= JSON.stringify(turn).length + ','.length;
      if (room < 0) break;
      first -= 1;
    }
    if (first < turns.length) kept.unshift({ execution, turns: turns.slice(first) });
    if (first > 0) break;
  }
  return kept;
}

function count(older: readonly OlderTurns[]): number {
  return older.reduce((sum, { turns }) => sum + turns.length, 0);
}

/** Of what turns led to, as much as is handed on: that of the last ones. */
export function toRecentEnds(
  ends: readonly (readonly [string, TurnEnd])[],
): readonly (readonly [string, TurnEnd])[] {
  const recent: (readonly [string, TurnEnd])[] = [];
  let room = MAX_CARRIED_RESULTS_LENGTH;
  for (const end of ends.slice(-MAX_CARRIED_RESULTS).reverse()) {
    room -= JSON.stringify(end).length;
    if (room < 0) break;
    recent.unshift(end);
  }
  return recent;
}
