import { randomUUID } from 'node:crypto';
import type { Block } from '../block';
import { floorWhole } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { type ActivityStart, activityStarts } from '../measure/activity-starts';
import { unlessEnded } from '../measure/unless-ended';
import type { JournalEntry } from '../provider/journal';
import type { Script } from '../provider/script';
import type { Case, Figures } from './case';

/** Together 1 MiB, in so few steps that the floor's history stays within what the server allows. */
const RESULT_BYTES = 64 * 1024;
const CALLS = { full: 16, small: 2 };

export const coldCache: Case = {
  number: 8,
  title: 'The first request of a 1 MiB transcript on a new worker',
  about:
    'A worker is stopped between two attempts of a model call, and another one takes over: from the start of the activity there until its request reaches the model. The floor is given the whole prompt as input; the fast one has lost it. Beside it, the same from the request before, on the old worker.',
  contenders: [perdure, floorWhole],
  figures: [
    { id: 'cold', label: 'activity start to request, new worker', unit: 'ms' },
    { id: 'warm', label: 'activity start to request, old worker', unit: 'ms' },
  ],
  measure: ({ inBlock, small }) => inBlock((block) => changeWorkers(block, small ? CALLS.small : CALLS.full)),
};

async function changeWorkers(block: Block, calls: number): Promise<Figures> {
  const { provider, temporal } = block.stage;
  const script: Script & { journal: string } = {
    calls: calls + 1,
    resultBytes: RESULT_BYTES,
    journal: randomUUID(),
    failAt: calls,
  };
  const id = await block.start(script);
  const end = block.finish(id, script);
  await unlessEnded(end, provider.ask('untilRequests', { run: script.journal, requests: calls + 1 }));
  await block.stopWorker();
  await block.startWorker();
  await end;
  const journal = await provider.ask('journal', script.journal);
  const starts = await activityStarts(temporal, id);
  const cold = starts.findIndex(({ attempt }) => attempt > 1);
  assertNewWorker(starts[cold], starts[0]);
  return {
    cold: delay(
      starts[cold],
      journal.findLast(({ position }) => position === calls),
    ),
    warm: delay(
      starts[cold - 2],
      journal.find(({ position }) => position === calls - 1),
    ), // between them stands the tool
  };
}

function assertNewWorker(cold: ActivityStart | undefined, first: ActivityStart | undefined): void {
  if (cold !== undefined && cold.worker !== first?.worker) return;
  throw new Error('the second attempt was made by the old worker, so nothing was cold');
}

function delay(start: ActivityStart | undefined, request: JournalEntry | undefined): number {
  if (start === undefined || request === undefined) {
    throw new Error('the run made fewer requests than planned');
  }
  return request.at - start.at;
}
