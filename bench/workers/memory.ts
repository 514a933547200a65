import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { heapAfterCollection } from '../processes/isolate-heaps.cjs';
import type { Memory } from './contract';

/** How long the first thread may take to collect its garbage, in milliseconds: on a busy machine, with 2,000 conversations, some seconds. */
const PATIENCE = 60_000;
/** For threads after the first one. */
const TIME_FOR_OTHERS = 2_000;

export async function memoryOfThisProcess(): Promise<Memory> {
  const workflowHeap = await heapOfThreads();
  return { heap: heapAfterCollection() + workflowHeap, workflowHeap, rss: process.memoryUsage.rss() };
}

async function heapOfThreads(): Promise<number> {
  const channel = new BroadcastChannel('isolate-heaps');
  let sum = 0;
  const first = new Promise<void>((resolve) => {
    channel.onmessage = ({ data }: { data: { bytes: number } }) => {
      sum += data.bytes;
      resolve();
    };
  });
  channel.postMessage('measure');
  await Promise.race([first, sleep(PATIENCE)]);
  if (sum === 0) throw new Error(`no thread told the size of its heap within ${PATIENCE / 1_000} s`);
  await sleep(TIME_FOR_OTHERS);
  channel.close();
  return sum;
}
