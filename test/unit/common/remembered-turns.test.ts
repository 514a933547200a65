import type { TurnEnd, TurnEntry } from '../../../src/common/conversation-wire';
import { toRecentEnds, toRemembered } from '../../../src/common/remembered-turns';
import {
  MAX_CARRIED_RESULTS,
  MAX_CARRIED_RESULTS_LENGTH,
  MAX_OLDER_TURNS_LENGTH,
  MAX_RECENT_TURNS,
} from '../../../src/common/size-limits';
import { NO_USAGE } from '../../../src/common/usage';

function turnsOf(count: number, more: Partial<TurnEntry> = {}, name = 'turn'): TurnEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${name} ${index}`,
    digest: `digest ${index}`,
    status: 'completed',
    usage: {},
    updateId: `update ${index}`,
    execution: 'first',
    ...more,
  }));
}

const nothing = { older: [], forgotten: 0 };
const lengthOf = (value: unknown): number => JSON.stringify(value).length;

describe('of its turns a conversation remembers', () => {
  it('the last ones with all that is known of them', () => {
    const turns = turnsOf(MAX_RECENT_TURNS);
    expect(toRemembered({ turns, ...nothing })).toEqual({ turns, ...nothing });
  });

  it('the ids of those before, by the workflow run in which they ended', () => {
    const turns = [
      ...turnsOf(2, { execution: 'first' }, 'a'),
      ...turnsOf(1, { execution: 'second' }, 'b'),
      ...turnsOf(MAX_RECENT_TURNS),
    ];
    const older = [{ execution: 'first', turns: [['older', 'digest']] as const }];
    expect(toRemembered({ turns, older, forgotten: 3 })).toEqual({
      turns: turns.slice(3),
      older: [
        {
          execution: 'first',
          turns: [
            ['older', 'digest'],
            ['a 0', 'digest 0'],
            ['a 1', 'digest 1'],
          ],
        },
        { execution: 'second', turns: [['b 0', 'digest 0']] },
      ],
      forgotten: 3,
    });
  });

  it('as many of these as there is room for, and counts the others', () => {
    const turns = turnsOf(10_000);
    const { older, forgotten } = toRemembered({ turns, older: [], forgotten: 5 });
    const [group] = older;
    const known = group?.turns ?? [];
    expect(older).toHaveLength(1);
    expect(forgotten).toBe(5 + 10_000 - MAX_RECENT_TURNS - known.length);
    expect(known.at(-1)).toEqual([`turn ${10_000 - MAX_RECENT_TURNS - 1}`, 'digest 9899']);
    expect(known[0]?.[0]).toBe(`turn ${forgotten - 5}`);
    expect(lengthOf(older)).toBeLessThanOrEqual(MAX_OLDER_TURNS_LENGTH);
    const [last] = known;
    expect(lengthOf(older) + lengthOf(last) + 1).toBeGreaterThan(MAX_OLDER_TURNS_LENGTH);
  });

  it('those of the last workflow runs, one by one, when each ended only few', () => {
    const groups = Array.from({ length: 3_000 }, (_, index) => ({
      execution: `execution ${index}`,
      turns: [
        [`${index} first`, 'digest'],
        [`${index} second`, 'digest'],
      ] as const,
    }));
    const { older, forgotten } = toRemembered({ turns: [], older: groups, forgotten: 0 });
    const known = older.reduce((sum, { turns }) => sum + turns.length, 0);
    expect(known + forgotten).toBe(6_000);
    expect(older.at(-1)).toEqual(groups.at(-1));
    expect(lengthOf(older)).toBeLessThanOrEqual(MAX_OLDER_TURNS_LENGTH);
    expect(lengthOf(older)).toBeGreaterThan(MAX_OLDER_TURNS_LENGTH - 200);
  });

  it('nothing of one whose id alone is larger than there is room for', () => {
    const turns = [
      ...turnsOf(1, { id: 'x'.repeat(MAX_OLDER_TURNS_LENGTH) }),
      ...turnsOf(1, {}, 'next'),
      ...turnsOf(MAX_RECENT_TURNS),
    ];
    const { older, forgotten } = toRemembered({ turns, ...nothing });
    expect(older).toEqual([{ execution: 'first', turns: [['next 0', 'digest 0']] }]);
    expect(forgotten).toBe(1);
  });
});

describe('of what its turns led to a conversation hands on', () => {
  const endsOf = (count: number, output: string): (readonly [string, TurnEnd])[] =>
    Array.from({ length: count }, (_, index) => [
      `turn ${index}`,
      { outcome: { output, usage: NO_USAGE, tail: [] } },
    ]);

  it('that of the last ones', () => {
    const ends = endsOf(MAX_CARRIED_RESULTS + 5, 'Yes.');
    expect(toRecentEnds(ends)).toEqual(ends.slice(5));
    expect(toRecentEnds(ends.slice(0, 3))).toEqual(ends.slice(0, 3));
  });

  it('as much of it as there is room for, the last first', () => {
    const ends = endsOf(MAX_CARRIED_RESULTS, 'x'.repeat(10_000));
    const recent = toRecentEnds(ends);
    expect(recent).toEqual(ends.slice(-recent.length));
    expect(recent).toHaveLength(6);
    const length = recent.reduce((sum, end) => sum + lengthOf(end), 0);
    expect(length).toBeLessThanOrEqual(MAX_CARRIED_RESULTS_LENGTH);
  });

  it('nothing of one that is too large by itself', () => {
    const ends = [...endsOf(1, 'Yes.'), ...endsOf(1, 'x'.repeat(MAX_CARRIED_RESULTS_LENGTH))];
    expect(toRecentEnds(ends)).toEqual([]);
  });
});
