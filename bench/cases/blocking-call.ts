import { perdure } from '../contenders/perdure';
import type { CallerContract } from '../callers/contract';
import { median } from '../measure/statistics';
import { Program } from '../processes/program';
import type { Case } from './case';

const CALLS = { full: 100, small: 5 };

export const blockingCall: Case = {
  number: 9,
  title: '`runSync` against `run`',
  about:
    'A run with one model call, started from a process of its own that blocks until the answer is there, or awaits it. The first call loads what it needs and stands apart.',
  contenders: [
    { ...perdure, name: 'runSync' },
    { ...perdure, name: 'run' },
  ],
  figures: [
    { id: 'time', label: 'a call', unit: 'ms' },
    { id: 'first', label: 'the first call of the process', unit: 'ms' },
  ],
  measure: ({ stage, contender, inBlock, small }) =>
    inBlock(async ({ taskQueue }) => {
      const caller = await Program.start<CallerContract>('callers/caller.ts', {
        options: { address: stage.address, taskQueue },
      });
      const way = contender.name === 'runSync' ? 'runSync' : 'run';
      const [first = NaN] = await caller.ask(way, 1);
      const times = await caller.ask(way, small ? CALLS.small : CALLS.full);
      await caller.stop();
      return { time: median(times), first };
    }),
};
