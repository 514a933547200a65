import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { heapAfterCollection } from '../processes/isolate-heaps.cjs';
import type { Memory } from './contract';

/** Threads answer at once when they are idle; workflows are, when nothing happens to them. */
const TIME_TO_ANSWER = 2_000;

export async function memoryOfThisProcess(): Promise<Memory> {
  const workflowHeap = await heapOfThreads();
  return { heap: heapAfterCollection() + workflowHeap, workflowHeap, rss: process.memoryUsage.rss() };
}

async function heapOfThreads(): Promise<number> {
  const channel = new BroadcastChannel('isolate-heaps');
  let sum = 0;
  channel.onmessage = ({ data }: { data: { bytes: number } }) => (sum += data.bytes);
  channel.postMessage('measure');
  await sleep(TIME_TO_ANSWER);
  channel.close();
  if (sum === 0) throw new Error('no thread told the size of its heap');
  return sum;
}
