import { randomUUID } from 'node:crypto';
import type { Block } from '../block';
import { perdure } from '../contenders/perdure';
import type { Script } from '../provider/script';
import { unlessEnded } from '../measure/unless-ended';
import type { JournalEntry } from '../provider/journal';
import type { Case, Figures } from './case';

const CALLS = { full: 200, small: 10 };
/** Long enough to be killed in the midst of a call, in milliseconds. */
const LATENCY = 100;
/** The default of `defineAgent`, and what else may pass. */
const SECONDS_UNTIL_NEXT_CALL = 5 + 2;

export const killedWorker: Case = {
  number: 7,
  title: 'A worker that is killed at call 100 of 200',
  about:
    'SIGKILL while a model call is under way, and a new worker process at once. Only this library: the fast floor has lost the conversation, the other one has no heartbeat and waits for its time-out of 10 minutes.',
  contenders: [perdure],
  figures: [
    {
      id: 'pause',
      label: 'from the kill to the next model call',
      unit: 's',
      targets: [{ atMost: SECONDS_UNTIL_NEXT_CALL }],
    },
    {
      id: 'repeated',
      label: 'finished model calls that were repeated',
      unit: '',
      digits: 0,
      targets: [{ atMost: 0 }],
    },
    { id: 'lost', label: 'unfinished model calls that were repeated', unit: '', digits: 0 },
  ],
  measure: ({ inBlock, small }) => inBlock((block) => killInMidRun(block, small ? CALLS.small : CALLS.full)),
};

async function killInMidRun(block: Block, calls: number): Promise<Figures> {
  const { provider } = block.stage;
  const script: Script & { journal: string } = { calls, latency: LATENCY, journal: randomUUID() };
  const id = await block.start(script);
  const end = block.finish(id, script);
  const called = provider.ask('untilRequests', { run: script.journal, requests: calls / 2 });
  const last = await unlessEnded(end, called);
  const killedAt = performance.timeOrigin + performance.now();
  await block.killWorker();
  await block.startWorker();
  await end;
  const journal = await provider.ask('journal', script.journal);
  const next = journal[calls / 2];
  return {
    pause: ((next?.at ?? NaN) - killedAt) / 1000,
    repeated: repeatsOf(journal, ({ position }) => position < last.position),
    lost: repeatsOf(journal, ({ position }) => position >= last.position),
  };
}

function repeatsOf(journal: readonly JournalEntry[], counts: (entry: JournalEntry) => boolean): number {
  const counted = journal.filter(counts).map(({ position }) => position);
  return counted.length - new Set(counted).size;
}
