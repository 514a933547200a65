import { ServiceError, type WorkflowHandle } from '@temporalio/client';
import { NoWorkerError } from '../common/errors';

/** When a run that no worker has taken is worth a warning, in milliseconds. */
export const NO_WORKER_WARNING_AFTER = 5_000;

/** A history in which nothing happened but the start: started, workflow task scheduled. */
const UNTOUCHED_HISTORY_LENGTH = 2;

interface Watched {
  readonly handle: WorkflowHandle;
  readonly agent: string;
  /** In milliseconds. */
  readonly waitForWorker: number | undefined;
  readonly signal: AbortSignal;
}

/** Warns when no worker takes a run, and rejects when that lasts longer than the caller wants to wait. */
export async function watchForWorker({ handle, agent, waitForWorker, signal }: Watched): Promise<never> {
  const warnAfter = Math.min(NO_WORKER_WARNING_AFTER, waitForWorker ?? NO_WORKER_WARNING_AFTER);
  await pause(warnAfter, signal);
  const taskQueue = await untouchedIn(handle);
  if (taskQueue === undefined) return pause(undefined, signal);
  process.emitWarning(
    describe(handle, { agent, taskQueue, seconds: warnAfter / 1000 }),
    'PerdureNoWorkerWarning',
  );
  if (waitForWorker === undefined) return pause(undefined, signal);
  await pause(waitForWorker - warnAfter, signal);
  if ((await untouchedIn(handle)) === undefined) return pause(undefined, signal);
  const message = describe(handle, { agent, taskQueue, seconds: waitForWorker / 1000 });
  throw new NoWorkerError(message, { runId: handle.workflowId, agent, taskQueue });
}

/** The task queue of a run that no worker has taken yet. */
async function untouchedIn(handle: WorkflowHandle): Promise<string | undefined> {
  try {
    const { historyLength, taskQueue } = await handle.describe();
    return historyLength <= UNTOUCHED_HISTORY_LENGTH ? taskQueue : undefined;
  } catch (error) {
    if (error instanceof ServiceError) return undefined; // whoever waits for the result learns of a server that is gone
    throw error;
  }
}

function describe(
  { workflowId }: WorkflowHandle,
  { agent, taskQueue, seconds }: { agent: string; taskQueue: string; seconds: number },
): string {
  return (
    `No worker has taken run '${workflowId}' of agent '${agent}' from task queue '${taskQueue}' in ${seconds} s. ` +
    `It starts as soon as one serves that queue: createWorker({ agents: [...], taskQueue: '${taskQueue}' }).`
  );
}

/** Without a duration, for ever. */
function pause(duration: undefined, signal: AbortSignal): Promise<never>;
function pause(duration: number, signal: AbortSignal): Promise<void>;
function pause(duration: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (duration === undefined) return;
    const timer = setTimeout(resolve, Math.max(0, duration));
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
