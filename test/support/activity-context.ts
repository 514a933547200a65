// What the code of an activity finds around it, where no worker runs it.
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { CurrentRun } from '../../src/activities/current-run';

export function inActivity<Result>(context: Partial<Context>, work: () => Result): Result {
  const info = { attempt: 1, ...context.info };
  return asyncLocalStorage.run({ ...context, info } as Context, work); // the code under test asks for these fields only
}

/** A run that activities work for. */
export const SOME_RUN: CurrentRun = {
  runId: 'workflow',
  turn: undefined,
  workflowId: 'workflow',
  executionId: 'run',
  agent: 'agent',
  key: 'workflow/run',
};
