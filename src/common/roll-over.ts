import { z } from 'zod';
import { DEFAULT_ROLL_OVER_BYTES, DEFAULT_ROLL_OVER_EVENTS } from './size-limits';
import type { RollOverThreshold } from './wire';

/** How much history a workflow run may write before another one goes on with its work. */
export interface RollOverOptions {
  /** @default 2.5 MiB */
  readonly historyBytes?: number;
  /** @default 4000 */
  readonly historyEvents?: number;
}

/** Parses {@link RollOverOptions}. */
export const rollOverSchema = z
  .strictObject({
    historyBytes: z.int().min(1).default(DEFAULT_ROLL_OVER_BYTES),
    historyEvents: z.int().min(1).default(DEFAULT_ROLL_OVER_EVENTS),
  })
  .transform(({ historyBytes, historyEvents }): RollOverThreshold => ({
    bytes: historyBytes,
    events: historyEvents,
  }));
