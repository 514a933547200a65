import { setTimeout as sleep } from 'node:timers/promises';
import type { Block } from '../block';
import { floorDelta } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { costOf } from '../measure/cost';
import { SteadyLoad } from '../measure/steady-load';
import type { Case, Figure, Figures } from './case';

const CALLS = 3;

/** How many runs at a time, and how long the model takes. */
const LOADS = [
  { atOnce: 20, latency: 0 },
  { atOnce: 50, latency: 0 },
  { atOnce: 100, latency: 300 },
];
/** Until the load is the same all the time, what the server does 5 s after an activity included. In milliseconds. */
const SETTLING = { full: 8_000, small: 2_000 };
/** The rest is part of settling. */
const REST = 1_000;
/** In which runs that end are counted, in milliseconds. */
const WINDOW = { full: 12_000, small: 4_000 };

type Load = (typeof LOADS)[number];

export const throughput: Case = {
  number: 3,
  title: 'Throughput with many runs at a time',
  about: `Runs with ${CALLS} tool calls and ${CALLS + 1} model calls; as soon as one has ended the next is started. Says also how much of the machine's CPU was used, all processes together.`,
  contenders: [perdure, floorDelta],
  figures: LOADS.flatMap(figuresOf),
  rest: REST,
  stints: LOADS.map((load) => (block, small) => measureLoad(block, load, small ? 'small' : 'full')),
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

async function measureLoad(
  block: Block,
  { atOnce, latency }: Load,
  size: keyof typeof WINDOW,
): Promise<Figures> {
  const load = new SteadyLoad(atOnce, () => block.run({ calls: CALLS, latency }));
  await sleep(SETTLING[size]);
  let count = 0;
  const cost = await costOf(block, async () => {
    const before = load.ended;
    await sleep(WINDOW[size]);
    count = load.ended - before;
  });
  await load.stop();
  const steps = count * CALLS;
  return {
    [`rate-${atOnce}`]: count / (cost.time / 1000),
    [`worker-${atOnce}`]: cost.worker / steps,
    ...(cost.server === undefined ? {} : { [`server-${atOnce}`]: cost.server / steps }),
    [`busy-${atOnce}`]: cost.busy * 100,
  };
}
