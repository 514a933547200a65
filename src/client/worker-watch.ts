import type { WorkflowExecutionDescription } from '@temporalio/client';
import { NoWorkerError, UserError } from '../common/errors';

/** When a run that no worker has taken is worth a warning, in milliseconds. */
export const NO_WORKER_WARNING_AFTER = 5_000;

/** A history in which nothing happened but the start: started, workflow task scheduled. */
const UNTOUCHED_HISTORY_LENGTH = 2;

type Description = Pick<
  WorkflowExecutionDescription,
  'workflowId' | 'runId' | 'type' | 'taskQueue' | 'historyLength' | 'raw'
>;

export interface Watched {
  readonly describe: () => Promise<Description>;
  /** In milliseconds. */
  readonly waitForWorker: number | undefined;
  readonly signal: AbortSignal;
}

/** Warns when no worker takes a run, and rejects when that lasts longer than the caller wants to wait. */
export async function watchForWorker({ describe, waitForWorker, signal }: Watched): Promise<never> {
  if (waitForWorker !== undefined && waitForWorker <= NO_WORKER_WARNING_AFTER) {
    return rejectAfter(waitForWorker, { describe, signal });
  }
  await pause(NO_WORKER_WARNING_AFTER, signal);
  const untouched = await untouchedRun(describe);
  if (untouched === undefined) return pause(undefined, signal);
  process.emitWarning(toMessage(untouched, NO_WORKER_WARNING_AFTER), 'PerdureNoWorkerWarning');
  if (waitForWorker === undefined) return pause(undefined, signal);
  return rejectAfter(waitForWorker - NO_WORKER_WARNING_AFTER, { describe, signal, waited: waitForWorker });
}

async function rejectAfter(
  duration: number,
  { describe, signal, waited = duration }: Pick<Watched, 'describe' | 'signal'> & { waited?: number },
): Promise<never> {
  await pause(duration, signal);
  const untouched = await untouchedRun(describe);
  if (untouched === undefined) return pause(undefined, signal);
  const { workflowId, type, taskQueue } = untouched;
  throw new NoWorkerError(toMessage(untouched, waited), { runId: workflowId, agent: type, taskQueue });
}

/** Whether no worker has taken a run yet. One that goes on as a new workflow run has been worked on. */
export function isUntouched({
  historyLength,
  runId,
  raw,
}: Pick<Description, 'historyLength' | 'runId' | 'raw'>): boolean {
  const first = raw.workflowExecutionInfo?.firstRunId;
  return historyLength <= UNTOUCHED_HISTORY_LENGTH && (!first || first === runId); // protobuf has '' for none
}

async function untouchedRun(describe: Watched['describe']): Promise<Description | undefined> {
  try {
    const description = await describe();
    return isUntouched(description) ? description : undefined;
  } catch (error) {
    if (error instanceof UserError) throw error; // there is no such run
    return undefined; // whoever waits for the result learns of a server that is gone
  }
}

function toMessage({ workflowId, type, taskQueue }: Description, waited: number): string {
  return (
    `No worker has taken run '${workflowId}' of agent '${type}' from task queue '${taskQueue}' in ${waited / 1000} s. ` +
    `It starts ${whenServed(taskQueue)}`
  );
}

/** What it takes, for messages about what no worker has done. */
export function whenServed(taskQueue: string): string {
  return (
    `as soon as one serves that queue: createWorker({ agents: [...], taskQueue: '${taskQueue}' }). ` +
    'One with a deployment does when its version is the current one.'
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
