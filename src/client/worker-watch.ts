import type { WorkflowExecutionDescription } from '@temporalio/client';
import { NoWorkerError, UserError } from '../common/errors';
import { pause } from './pause';
import type { Look } from './run-end';

/** When a run that no worker has taken is worth a warning, in milliseconds. */
export const NO_WORKER_WARNING_AFTER = 5_000;

/** A history in which nothing happened but the start: started, workflow task scheduled. */
const UNTOUCHED_HISTORY_LENGTH = 2;

type Description = Pick<
  WorkflowExecutionDescription,
  'workflowId' | 'runId' | 'type' | 'taskQueue' | 'historyLength' | 'raw'
>;

export interface Watched extends Look<Description> {
  /** Why runs wait in a task queue, and until when. */
  readonly explain: (taskQueue: string) => Promise<string>;
  /** In milliseconds. */
  readonly waitForWorker: number | undefined;
}

/** Warns when no worker takes a run, and rejects when that lasts longer than the caller wants to wait. */
export async function watchForWorker(watched: Watched): Promise<never> {
  const { describe, explain, waitForWorker, signal } = watched;
  if (waitForWorker !== undefined && waitForWorker <= NO_WORKER_WARNING_AFTER) {
    return rejectAfter(waitForWorker, watched);
  }
  await pause(NO_WORKER_WARNING_AFTER, signal);
  const untouched = await untouchedRun(describe);
  if (untouched === undefined) return pause(undefined, signal);
  const message = await toMessage(untouched, explain, NO_WORKER_WARNING_AFTER);
  if (!signal.aborted) process.emitWarning(message, 'PerdureNoWorkerWarning');
  if (waitForWorker === undefined) return pause(undefined, signal);
  return rejectAfter(waitForWorker - NO_WORKER_WARNING_AFTER, { ...watched, waited: waitForWorker });
}

async function rejectAfter(
  duration: number,
  { describe, explain, signal, waited = duration }: Omit<Watched, 'waitForWorker'> & { waited?: number },
): Promise<never> {
  await pause(duration, signal);
  const untouched = await untouchedRun(describe);
  if (untouched === undefined) return pause(undefined, signal);
  const { workflowId, type, taskQueue } = untouched;
  const message = await toMessage(untouched, explain, waited);
  throw new NoWorkerError(message, { runId: workflowId, agent: type, taskQueue });
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

async function toMessage(
  { workflowId, type, taskQueue }: Description,
  explain: Watched['explain'],
  waited: number,
): Promise<string> {
  const what = `No worker has taken run '${workflowId}' of agent '${type}' from task queue '${taskQueue}'`;
  return `${what} in ${waited / 1000} s. ${await explain(taskQueue)}`;
}
