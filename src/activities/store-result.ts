import { activityInfo, Context } from '@temporalio/activity';
import { IN_STORAGE } from '../common/payload-size';
import { storeEarly } from '../storage';
import type { Services } from './services';

/**
 * Stores a large result while the activity's heartbeats go on. The SDK does it after the last one: a slow upload would
 * then look like a dead worker, and what was paid for would be done again.
 */
export async function storeResult<Result>({ room }: Services, result: Result): Promise<Result> {
  if (room !== IN_STORAGE) return result;
  const { client, cancellationSignal: abortSignal } = Context.current();
  const { activityId, isLocal, namespace, workflowExecution, workflowType: type } = activityInfo();
  const { workflowId = '', runId = '' } = workflowExecution ?? {};
  const stored = await storeEarly(client.options.loadedDataConverter, result, {
    context: { type: 'activity', namespace, activityId, workflowId, isLocal },
    target: { kind: 'workflow', namespace, id: workflowId, runId, ...(type === undefined ? {} : { type }) },
    abortSignal,
  });
  return stored as Result; // the SDK hands on what a raw value stands for
}
