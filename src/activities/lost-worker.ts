import { activityInfo, Context } from '@temporalio/activity';
import type { CurrentRun } from './current-run';

/**
 * Has the server ask any worker about a run of which an activity timed out: the worker that remembers the run is gone, and
 * the server would wait for it (`stickyQueueScheduleToStartTimeout`) before it asks another one.
 */
export async function forgetLostWorker({ workflowId, executionId }: CurrentRun): Promise<void> {
  const { attempt, activityId } = activityInfo();
  if (attempt === 1) return;
  const { workflowService, options } = Context.current().client;
  const place = { namespace: options.namespace, execution: { workflowId, runId: executionId } };
  const { pendingActivities } = await workflowService.describeWorkflowExecution(place);
  const own = pendingActivities.find((pending) => pending.activityId === activityId);
  if (own?.lastFailure?.timeoutFailureInfo) await workflowService.resetStickyTaskQueue(place);
}
