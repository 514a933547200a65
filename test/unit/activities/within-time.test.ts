import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withinTime } from '../../../src/activities/within-time';
import { inActivity } from '../../support/activity-context';

const never = new AbortController().signal;

const within = <End>(
  timeout: number,
  work: (signal: AbortSignal) => Promise<End>,
  cancellationSignal = never,
) => inActivity({ cancellationSignal }, () => withinTime(timeout, work));

/** Ends only when its signal fires. */
function patient(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('told to stop')));
  });
}

/** Without `--expose-gc` for everybody. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)(); // what the flag adds to new contexts
}

describe('work with a time limit', () => {
  it('gives what it came to', async () => {
    expect(await within(60_000, () => Promise.resolve('done'))).toBe('done');
  });

  it('fails as it failed', async () => {
    await expect(within(60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('is told to stop when its time is up, and the model is told so', async () => {
    expect(await within(20, patient)).toEqual({ retry: 'Timed out after 0.02 seconds.' });
  });

  it('is left behind when it ignores its signal', async () => {
    expect(await within(20, () => new Promise(() => undefined))).toEqual({
      retry: 'Timed out after 0.02 seconds.',
    });
  });

  it('fails by its own error when it was cancelled before its time was up', async () => {
    const cancellation = new AbortController();
    const end = within(60_000, patient, cancellation.signal);
    cancellation.abort();
    await expect(end).rejects.toThrow('told to stop');
  });

  it('may have a limit that is no whole number of milliseconds', async () => {
    expect(await within(0.5, patient)).toEqual({ retry: 'Timed out after 0.0005 seconds.' });
    expect(await within(60_000.5, () => Promise.resolve('done'))).toBe('done');
  });

  it('leaves nothing in memory until its time would have been up (bug: each result, for 5 minutes)', async () => {
    const results: WeakRef<object>[] = [];
    const produce = (signal: AbortSignal): Promise<object> => {
      signal.addEventListener('abort', () => undefined); // as `fetch` does
      const result = { page: 'x'.repeat(1_000) };
      results.push(new WeakRef(result));
      return Promise.resolve(result);
    };
    for (let call = 0; call < 10; call += 1) await within(60_000, produce);
    await nextTurn();
    collectGarbage();
    expect(results.filter((result) => result.deref() !== undefined)).toEqual([]);
  });

  it('stops listening for a cancellation when it has ended', async () => {
    const cancellation = new AbortController();
    const stop = jest.fn();
    await within(
      60_000,
      (signal) => {
        signal.addEventListener('abort', stop);
        return Promise.resolve();
      },
      cancellation.signal,
    );
    cancellation.abort();
    expect(stop).not.toHaveBeenCalled();
  });

  it('finds its signal fired when it was cancelled before it began', async () => {
    const reason = new Error('too late');
    await expect(
      within(60_000, (signal) => Promise.reject(signal.reason as Error), AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
  });
});
