import { Context } from '@temporalio/activity';
import type { ToolCallResult } from '../common/wire';

/** What the model is told about a tool whose time was up; work that ignores its signal is left behind. */
type TimedOut = Pick<ToolCallResult, 'retry'>;

/**
 * Gives work a signal that fires when its time is up or the activity is cancelled. Not made by `AbortSignal.timeout` and
 * `any`: those stay in memory until the time would have been up, and with them what the work came to.
 */
export async function withinTime<End>(
  timeout: number,
  work: (signal: AbortSignal) => Promise<End>,
): Promise<End | TimedOut> {
  const { cancellationSignal } = Context.current();
  const stop = new AbortController();
  const cancel = (): void => stop.abort(cancellationSignal.reason);
  if (cancellationSignal.aborted) cancel();
  cancellationSignal.addEventListener('abort', cancel);
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<TimedOut>((resolve) => {
    timer = setTimeout(() => {
      resolve({ retry: `Timed out after ${timeout / 1000} seconds.` }); // before the work can fail because it is told to stop
      stop.abort(new DOMException('The time of the tool is up', 'TimeoutError'));
    }, timeout);
  });
  try {
    return await Promise.race([timedOut, work(stop.signal)]);
  } finally {
    clearTimeout(timer);
    cancellationSignal.removeEventListener('abort', cancel);
  }
}
