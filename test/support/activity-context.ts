// What the code of an activity finds around it, where no worker runs it.
import { asyncLocalStorage, type Context } from '@temporalio/activity';

export function inActivity<Result>(context: Partial<Context>, work: () => Result): Result {
  const info = { attempt: 1, ...context.info };
  return asyncLocalStorage.run({ ...context, info } as Context, work); // the code under test asks for these fields only
}
