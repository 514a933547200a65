import type { ConversationWorkflow } from './conversation-workflow';
import { explainWait } from './task-queue';
import { NO_WORKER_WARNING_AFTER } from './worker-watch';

/** `PENDING_WORKFLOW_TASK_STATE_SCHEDULED` in Temporal's enumeration. */
const SCHEDULED = 1;

/** Whether a conversation has something to do that no worker has taken. */
export async function isWaitingForWorker(workflow: ConversationWorkflow): Promise<boolean> {
  try {
    const description = await workflow.describe();
    return description?.raw.pendingWorkflowTask?.state === SCHEDULED;
  } catch {
    return false; // whoever waits for the result learns of a server that is gone
  }
}

/** `what`: what no worker has done with it, `taken turn 'x'`; `waited` in milliseconds. */
export async function describeMissing(
  { client, id, target: { agent, taskQueue } }: ConversationWorkflow,
  { what, waited }: { readonly what: string; readonly waited: number },
): Promise<string> {
  return (
    `No worker has ${what} of conversation '${id}' with agent '${agent}' from task queue '${taskQueue}' in ` +
    `${waited / 1000} s. ${await explainWait(client, taskQueue, 'It goes on')}`
  );
}

/** Does what only a worker can do, and warns when there is none. */
export async function withWorkerWarning<Result>(
  workflow: ConversationWorkflow,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(() => void warnOfMissing(workflow, what), NO_WORKER_WARNING_AFTER);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

async function warnOfMissing(workflow: ConversationWorkflow, what: string): Promise<void> {
  if (!(await isWaitingForWorker(workflow))) return;
  const message = await describeMissing(workflow, { what, waited: NO_WORKER_WARNING_AFTER });
  process.emitWarning(message, 'PerdureNoWorkerWarning');
}
