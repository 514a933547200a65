import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { untilEnded } from '../../../src/client/run-end';

describe('untilEnded', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** Looks for `duration` at a run that ends after `end`, both in milliseconds; says when it was looked at. */
  async function looksWithin(duration: number, end = Infinity) {
    const stop = new AbortController();
    const looks: number[] = [];
    const start = Date.now();
    const describe = async () => {
      const now = Date.now() - start;
      looks.push(now);
      if (now === 5_000) throw new Error('the server is away');
      return now >= end ? { closeTime: new Date() } : {};
    };
    let found = false;
    void untilEnded({ describe, signal: stop.signal }).then(() => (found = true));
    for (let now = 0; now < duration; now += 500) {
      jest.advanceTimersByTime(500);
      await turnOfEventLoop();
    }
    stop.abort();
    return { looks, found, timers: jest.getTimerCount() };
  }

  it('looks at growing distances, and leaves the rest to the poll, which is over by then', async () => {
    expect(await looksWithin(100_000)).toEqual({
      looks: [5_000, 10_000, 20_000],
      found: false,
      timers: 0,
    });
  });

  it('ends with the first look after the end', async () => {
    expect(await looksWithin(100_000, 5_001)).toEqual({
      looks: [5_000, 10_000],
      found: true,
      timers: 0,
    });
  });

  it('leaves no timer behind when nobody waits any more', async () => {
    expect(await looksWithin(6_000)).toEqual({ looks: [5_000], found: false, timers: 0 });
  });
});
