import type { Client } from '@temporalio/client';

/** `TASK_QUEUE_TYPE_WORKFLOW` in Temporal's enumeration. */
const WORKFLOW_TASKS = 1;

/** A worker that finds nothing asks again after a minute; the server remembers those of the last five. In milliseconds. */
const LATELY = 70_000;

const MAX_NAMES = 3;

/** Why something waits in a task queue, and until when, for messages. `it`: what it then does, 'It starts'. */
export async function explainWait(client: Client, taskQueue: string, it: string): Promise<string> {
  const workers = await findWorkers(client, taskQueue);
  if (workers.length > 0) {
    return (
      `Workers have asked that queue for work in the last minute (${toList(workers)}): they are at their limit, have ` +
      `died, or have a deployment whose version is not the current one. ${it} as soon as one has room.`
    );
  }
  return (
    `${it} as soon as one serves that queue: createWorker({ agents: [...], taskQueue: '${taskQueue}' }). ` +
    'One with a deployment does when its version is the current one.'
  );
}

/** Those that asked lately for workflow tasks, as they name themselves; none where the server does not tell. */
async function findWorkers(client: Client, taskQueue: string): Promise<string[]> {
  const { namespace } = client.options;
  try {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_TASKS,
    });
    const since = Date.now() - LATELY;
    return pollers.flatMap(({ identity, lastAccessTime }) => {
      const at = Number(lastAccessTime?.seconds ?? 0) * 1_000;
      return at > since && identity ? [identity] : [];
    });
  } catch {
    return []; // whoever waits for the result learns of a server that is gone
  }
}

function toList(workers: readonly string[]): string {
  const named = workers.slice(0, MAX_NAMES).join(', ');
  const others = workers.length - MAX_NAMES;
  return others > 0 ? `${named} and ${others} more` : named;
}
