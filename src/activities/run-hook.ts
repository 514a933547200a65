import { HookExecutionError, ModelRetry } from '../common/errors';
import { cutText, MAX_ERROR_TEXT_LENGTH } from '../common/size-limits';

/** Runs a function of the agent's. What it throws ends the run under the function's name. */
export function runHook<Result>(hookName: string, hook: () => Result | Promise<Result>): Promise<Result> {
  return orHookError(hookName, hook, () => false);
}

async function orHookError<Result>(
  hookName: string,
  hook: () => Result | Promise<Result>,
  passes: (error: unknown) => boolean,
): Promise<Result> {
  try {
    return await hook();
  } catch (error) {
    if (passes(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HookExecutionError(cutText(`${hookName} threw: ${reason}`, MAX_ERROR_TEXT_LENGTH), {
      hookName,
      cause: error,
    });
  }
}

/** The same for a function that may throw `ModelRetry`, which the caller handles. */
export function runRetryingHook<Result>(
  hookName: string,
  hook: () => Result | Promise<Result>,
): Promise<Result> {
  return orHookError(hookName, hook, (error) => error instanceof ModelRetry);
}
