import type { Block } from '../block';
import { floorDelta } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { atATime } from '../measure/at-a-time';
import { costOf } from '../measure/cost';
import type { Case, Figure, Figures } from './case';

const CALLS = 3;

/** How many runs at a time, how many in all, and how long the model takes. */
const LOADS = [
  { atOnce: 20, runs: 300, latency: 0 },
  { atOnce: 50, runs: 400, latency: 0 },
  { atOnce: 100, runs: 500, latency: 300 },
];

type Load = (typeof LOADS)[number];

export const throughput: Case = {
  number: 3,
  title: 'Throughput with many runs at a time',
  about: `Runs with ${CALLS} tool calls and ${CALLS + 1} model calls; as soon as one has ended the next is started. Says also how much of the machine's CPU was used, all processes together.`,
  contenders: [perdure, floorDelta],
  figures: LOADS.flatMap(figuresOf),
  measure: ({ inBlock, small }) =>
    inBlock(async (block) => {
      const figures: Figures[] = [];
      for (const load of LOADS) figures.push(await measureLoad(block, load, small));
      return Object.assign({}, ...figures) as Figures; // each has ids of its own
    }),
};

function figuresOf({ atOnce, latency }: Load): Figure[] {
  const where = latency === 0 ? `${atOnce} at a time` : `${atOnce} at a time, model takes ${latency} ms`;
  return [
    {
      id: `rate-${atOnce}`,
      label: `runs per second, ${where}`,
      unit: '/s',
      targets: [{ atLeast: 0.9, against: 'floor-delta' }],
    },
    { id: `worker-${atOnce}`, label: `worker CPU per step, ${where}`, unit: 'ms' },
    { id: `server-${atOnce}`, label: `server CPU per step, ${where}`, unit: 'ms' },
    { id: `busy-${atOnce}`, label: `CPU of the machine in use, ${where}`, unit: '%', digits: 0 },
  ];
}

async function measureLoad(block: Block, { atOnce, runs, latency }: Load, small: boolean): Promise<Figures> {
  const count = small ? atOnce : runs;
  const script = { calls: CALLS, latency };
  const cost = await costOf(block, () => atATime(atOnce, count, () => block.run(script)));
  const steps = count * CALLS;
  return {
    [`rate-${atOnce}`]: count / (cost.time / 1000),
    [`worker-${atOnce}`]: cost.worker / steps,
    ...(cost.server === undefined ? {} : { [`server-${atOnce}`]: cost.server / steps }),
    [`busy-${atOnce}`]: cost.busy * 100,
  };
}
