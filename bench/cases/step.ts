import type { Block } from '../block';
import { floorDelta, floorWhole } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { costOf } from '../measure/cost';
import { median } from '../measure/statistics';
import type { Case, Figure, Figures } from './case';
import { cpuEach, cpuFigures } from './cpu-figures';

/** Steps of a run, and how many such runs make a turn. */
const LENGTHS = [
  { steps: 10, runs: 20 },
  { steps: 100, runs: 3 },
  { steps: 400, runs: 1 },
];
const SMALLER = 10;

export const step: Case = {
  number: 2,
  title: 'A step, in runs of 10, 100 and 400 steps',
  about:
    'A step is a model call and the call of a tool that returns 200 bytes. The time of a run, from start to result, divided by its steps; one run at a time.',
  contenders: [perdure, floorDelta, floorWhole],
  figures: LENGTHS.flatMap(({ steps }) => figuresAt(steps)),
  measure: ({ inBlock, small }) =>
    inBlock(async (block) => {
      const figures: Figures[] = [];
      for (const { steps, runs } of LENGTHS) {
        const size = small ? { steps: steps / SMALLER, runs: 1 } : { steps, runs };
        figures.push(await measureSteps(block, { ...size, suffix: `-${steps}` }));
      }
      return Object.assign({}, ...figures) as Figures; // each has ids of its own
    }),
};

function figuresAt(steps: number): Figure[] {
  const suffix = `-${steps}`;
  const what = `step, ${steps} steps`;
  return [
    { id: `time${suffix}`, label: what, unit: 'ms', targets: [{ atMost: 1.15, against: 'floor-delta' }] },
    ...cpuFigures(what, suffix),
    { id: `sent${suffix}`, label: `sent to the model, ${what}`, unit: 'B', digits: 0 },
  ];
}

async function measureSteps(
  block: Block,
  { steps, runs, suffix }: { readonly steps: number; readonly runs: number; readonly suffix: string },
): Promise<Figures> {
  const times: number[] = [];
  const cost = await costOf(block, async () => {
    for (let run = 0; run < runs; run += 1) times.push(await block.run({ calls: steps }));
  });
  return {
    [`time${suffix}`]: median(times) / steps,
    ...cpuEach(cost, runs * steps, suffix),
    [`sent${suffix}`]: cost.requestBytes / (runs * steps),
  };
}
