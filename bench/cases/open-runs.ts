import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Block } from '../block';
import { floorDelta } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { atATime } from '../measure/at-a-time';
import type { Memory } from '../workers/contract';
import type { Case, Figure, Figures } from './case';

const CONVERSATIONS = [200, 2_000];
const RUNS = 200;
const SMALLER = 20;
/** Opened before anything is counted: what a worker compiles for the first of a kind is no later one's. */
const FIRST = 200;
/** Room for all, so that none is replayed. */
const MAX_CACHED_WORKFLOWS = 5_000;
const STARTS_AT_A_TIME = 20;
/** For what the last request left behind to be let go. */
const SETTLING = 3_000;

export const openRuns: Case = {
  number: 5,
  title: 'What an open conversation and an open run hold in a worker',
  about:
    'Conversations that have had one turn, with one tool call, and now are idle; and runs that have made one model call and one tool call and now wait for a model that has asked to come again in 10 minutes, so that they hold no connection and no thread. What the worker holds beyond what it held before, divided by their number, after garbage collection in all of its heaps.',
  contenders: [perdure, floorDelta],
  figures: [
    ...CONVERSATIONS.flatMap((count) => figuresAt(`-chat-${count}`, `conversation, ${count} idle`)),
    ...figuresAt(`-run-${RUNS}`, `run, ${RUNS} open`),
  ],
  measure: ({ inBlock, small }) =>
    inBlock((block) => fill(block, small ? SMALLER : 1), {
      memory: true,
      maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    }),
};

function figuresAt(suffix: string, what: string): Figure[] {
  const unit = 'KB';
  return [
    {
      id: `heap${suffix}`,
      label: `heap per ${what}`,
      unit,
      targets: [{ atMost: 1.1, against: 'floor-delta' }],
    },
    { id: `workflow-heap${suffix}`, label: `of that in the workflow's thread, per ${what}`, unit },
    { id: `rss${suffix}`, label: `RSS per ${what}`, unit },
  ];
}

async function fill(block: Block, smaller: number): Promise<Figures> {
  const figures = await holdsEach(block, { open: parkRuns, counts: [RUNS], smaller, name: 'run' });
  const chats = { open: openConversations, counts: CONVERSATIONS, smaller, name: 'chat' };
  return { ...figures, ...(await holdsEach(block, chats)) };
}

interface Opening {
  readonly open: (block: Block, count: number) => Promise<void>;
  /** One after the other, those before included. */
  readonly counts: readonly number[];
  /** They are divided by this. */
  readonly smaller: number;
  /** Of the figures. */
  readonly name: string;
}

async function holdsEach(block: Block, { open, counts, smaller, name }: Opening): Promise<Figures> {
  await open(block, FIRST / smaller);
  await sleep(SETTLING);
  const before = await block.worker.ask('memory');
  const figures: Figures[] = [];
  let opened = 0;
  for (const count of counts) {
    await open(block, count / smaller - opened);
    await sleep(SETTLING);
    opened = count / smaller;
    figures.push(
      toFigures(`-${name}-${count}`, growthEach(before, await block.worker.ask('memory'), opened)),
    );
  }
  return Object.assign({}, ...figures) as Figures; // each has ids of its own
}

async function openConversations(block: Block, count: number): Promise<void> {
  await atATime(STARTS_AT_A_TIME, count, () => block.chat(randomUUID())({ calls: 1 }));
}

async function parkRuns(block: Block, count: number): Promise<void> {
  const { provider } = block.stage;
  const { refused } = await provider.ask('counters');
  await atATime(STARTS_AT_A_TIME, count, () => block.start({ calls: 1, park: true }));
  while ((await provider.ask('counters')).refused < refused + count) await sleep(200);
}

function growthEach(before: Memory, after: Memory, count: number): Memory {
  return {
    heap: (after.heap - before.heap) / count,
    workflowHeap: (after.workflowHeap - before.workflowHeap) / count,
    rss: (after.rss - before.rss) / count,
  };
}

/** In KB. */
function toFigures(suffix: string, { heap, workflowHeap, rss }: Memory): Figures {
  return {
    [`heap${suffix}`]: heap / 1024,
    [`workflow-heap${suffix}`]: workflowHeap / 1024,
    [`rss${suffix}`]: rss / 1024,
  };
}
