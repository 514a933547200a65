import type { Block } from '../block';
import { floorDelta, floorWhole } from '../contenders/floor';
import { perdure, perdureLocal } from '../contenders/perdure';
import { type History, historyOf, type HistorySize } from '../measure/history';
import { median } from '../measure/statistics';
import type { Case, Figure, Figures } from './case';

export const LADDER = [10, 50, 100, 200, 400, 1_000];
const SMALL_LADDER = [2, 4, 6];
const RESULT_BYTES = 5 * 1024;

export const historySize: Case = {
  number: 4,
  title: 'What a run leaves in the history',
  about:
    'Bytes and events after 10 to 1,000 calls of a tool that returns 5 KB, as the server counts them. It counts the same each time, so this is run once. The whole prompt as input ends where the server ends the run, at 50 MB.',
  contenders: [perdure, floorDelta, perdureLocal, floorWhole],
  rounds: 1,
  figures: [
    {
      id: 'bytes-per-call',
      label: 'bytes per call',
      unit: 'B',
      digits: 0,
      targets: [{ atMost: 0.65, against: 'floor-delta' }],
    },
    {
      id: 'spread',
      label: 'bytes per call, largest to smallest between two sizes',
      unit: '×',
      digits: 3,
      targets: [{ atMost: 1.05 }],
    },
    {
      id: 'events-per-call',
      label: 'events per call',
      unit: '',
      targets: [{ atMost: 12 }, { atMost: 7, of: 'perdure-local' }],
    },
    ...LADDER.flatMap(figuresAt),
  ],
  measure: ({ inBlock, small }) =>
    inBlock(async (block) => {
      const histories = await climb(block, small ? SMALL_LADDER : LADDER);
      return { ...growthOf(histories), ...sizesOf(histories) };
    }),
};

function figuresAt(calls: number): Figure[] {
  return [
    { id: `bytes-${calls}`, label: `bytes after ${calls} calls`, unit: 'B', digits: 0 },
    { id: `events-${calls}`, label: `events after ${calls} calls`, unit: '', digits: 0 },
  ];
}

interface Rung extends History {
  readonly calls: number;
}

async function climb(block: Block, ladder: readonly number[]): Promise<Rung[]> {
  const rungs: Rung[] = [];
  for (const calls of ladder) {
    const script = { calls, resultBytes: RESULT_BYTES };
    const id = await block.start(script);
    const history = await historyOf(block.stage.temporal, id);
    if (history.terminated) break;
    await block.finish(id, script);
    rungs.push({ calls, ...history });
  }
  return rungs;
}

/** What each call adds, between one size and the next. A run that continues as new now and then adds a little more. */
function growthOf(rungs: readonly Rung[]): Figures {
  const growths = rungs.slice(1).map((rung, index) => growthBetween(rungs[index] ?? rung, rung));
  const [first, last] = [rungs[0], rungs.at(-1)];
  if (first === undefined || last === undefined || growths.length === 0) return {};
  const bytes = growths.map((growth) => growth.bytes);
  return {
    'bytes-per-call': growthBetween(first, last).bytes,
    'events-per-call': median(growths.map((growth) => growth.events)),
    spread: Math.max(...bytes) / Math.min(...bytes),
  };
}

function growthBetween(before: Rung, after: Rung): HistorySize {
  const calls = after.calls - before.calls;
  return { bytes: (after.bytes - before.bytes) / calls, events: (after.events - before.events) / calls };
}

function sizesOf(rungs: readonly Rung[]): Figures {
  const sizes = rungs.flatMap(({ calls, bytes, events }) => [
    [`bytes-${calls}`, bytes],
    [`events-${calls}`, events],
  ]);
  return Object.fromEntries(sizes) as Figures; // pairs of an id and a number
}
