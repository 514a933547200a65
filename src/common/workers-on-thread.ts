const workers = Symbol.for('perdure.workers-on-this-thread');

interface ThreadState {
  [workers]?: number;
}

const thread = globalThis as ThreadState; // any object can hold one more field

/** How many workers of this library run on this thread; blocking it would block them. */
export function workersOnThisThread(): number {
  return thread[workers] ?? 0;
}

/** Counts a worker for as long as it runs. */
export async function whileWorkerRuns(run: () => Promise<void>): Promise<void> {
  thread[workers] = workersOnThisThread() + 1;
  try {
    await run();
  } finally {
    thread[workers] = workersOnThisThread() - 1;
  }
}
