// A workflow that goes on where nobody may be.
import { makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';

export async function wander(taskQueue: string): Promise<string> {
  if (workflowInfo().taskQueue === taskQueue) return 'arrived';
  return makeContinueAsNewFunc<typeof wander>({ taskQueue })(taskQueue);
}
