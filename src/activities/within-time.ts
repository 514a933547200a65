import { Context } from '@temporalio/activity';
import type { ToolCallResult } from '../common/wire';

/** What the model is told about a tool whose time was up; work that ignores its signal is left behind. */
export async function withinTime<End>(
  timeout: number,
  work: (signal: AbortSignal) => Promise<End>,
): Promise<End | Pick<ToolCallResult, 'retry'>> {
  const timeUp = AbortSignal.timeout(Math.ceil(timeout)); // takes whole milliseconds only
  const signal = AbortSignal.any([timeUp, Context.current().cancellationSignal]);
  const timedOut = new Promise<Pick<ToolCallResult, 'retry'>>((resolve) => {
    timeUp.addEventListener('abort', () => resolve({ retry: `Timed out after ${timeout / 1000} seconds.` }));
  });
  const end = work(signal);
  return Promise.race([
    timedOut,
    end.catch((error: unknown) => {
      if (timeUp.aborted) return timedOut;
      throw error;
    }),
  ]);
}
