import { floorDelta } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { costOf } from '../measure/cost';
import { median } from '../measure/statistics';
import type { Case } from './case';
import { cpuEach, cpuFigures } from './cpu-figures';

/** In each slice: a quarter of a second. */
const RUNS = 10;
const SLICES = 10;
/** In milliseconds. */
const REST = 500;

export const singleCall: Case = {
  number: 1,
  title: 'One model call, from start to result',
  about:
    'A run that asks the model once, one run after the other; the median run of ten, and of ten times ten in each round.',
  contenders: [perdure, floorDelta],
  figures: [
    { id: 'time', label: 'start to result', unit: 'ms', targets: [{ atMost: 1.15, against: 'floor-delta' }] },
    ...cpuFigures('run'),
  ],
  slices: SLICES,
  rest: REST,
  stints: [
    async (block) => {
      const times: number[] = [];
      const cost = await costOf(block, async () => {
        for (let run = 0; run < RUNS; run += 1) times.push(await block.run({ calls: 0 }));
      });
      return { time: median(times), ...cpuEach(cost, RUNS) };
    },
  ],
};
