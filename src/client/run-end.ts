import type { WorkflowExecutionDescription } from '@temporalio/client';
import { pause } from './pause';

/** A way to look at a run, until the signal fires. */
export interface Look<Seen> {
  readonly describe: () => Promise<Seen>;
  readonly signal: AbortSignal;
}

/**
 * When to look whether a run has ended, in milliseconds after the look before. As a rule, whoever waits for the end hears
 * of it at once. But the server tells each of them through a channel for one event, and drops what comes while that is
 * full, which happens under load: they learn of the end when their poll is over, after 20 s.
 * The first look is also the one for a missing worker.
 */
const PAUSES_BETWEEN_LOOKS = [5_000, 5_000, 10_000] as const;

type Description = Pick<WorkflowExecutionDescription, 'closeTime'>;

/** Resolves when a look finds that the run has ended. */
export async function untilEnded({ describe, signal }: Look<Description>): Promise<void> {
  for (const duration of PAUSES_BETWEEN_LOOKS) {
    await pause(duration, signal);
    const seen = await describe().catch(() => undefined); // whoever waits for the result learns of a server that is gone
    if (seen !== undefined && hasEnded(seen)) return;
  }
  return pause(undefined, signal);
}

export function hasEnded({ closeTime }: Description): boolean {
  return closeTime !== undefined;
}
