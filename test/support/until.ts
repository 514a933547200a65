import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is there to be seen. The test's own time-out bounds it. */
export async function until<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
): Promise<Value> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(20);
  }
}
