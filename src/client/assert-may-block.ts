import type { AsyncLocalStorage } from 'node:async_hooks';
import { UserError } from '../common/errors';
import { workersOnThisThread } from '../common/workers-on-thread';

/** Where Temporal's SDK keeps the activity that is being executed, and the workflow. */
const ACTIVITY_STORAGE = Symbol.for('__temporal_activity_context_storage__');
const WORKFLOW_ACTIVATOR = '__TEMPORAL_ACTIVATOR__';

/**
 * Refuses to block a thread that the run, or somebody else's, may need to get on.
 * @throws {UserError} naming what the thread is busy with, and what to do instead.
 */
export function assertMayBlock(): void {
  const place = busyPlace();
  if (place === undefined) return;
  throw new UserError(`runSync blocks its thread and cannot be used ${place}`);
}

function busyPlace(): string | undefined {
  if (Reflect.get(globalThis, WORKFLOW_ACTIVATOR) !== undefined) {
    return "inside a workflow. Start the agent as a child workflow instead: its workflow type is the agent's name.";
  }
  if (currentActivity() !== undefined) {
    return 'inside an activity or a tool: the worker could do nothing else meanwhile. Use `await run(…)` there.';
  }
  if (workersOnThisThread() > 0) {
    return 'where a worker runs on the same thread: the run would wait for it for ever. Use `await run(…)`, or run the worker in a process of its own.';
  }
  return undefined;
}

function currentActivity(): unknown {
  const storage = Reflect.get(globalThis, ACTIVITY_STORAGE) as AsyncLocalStorage<unknown> | undefined; // the SDK's word for it
  return storage?.getStore();
}
