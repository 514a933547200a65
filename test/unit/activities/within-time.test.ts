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
});
