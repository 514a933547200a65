import ms, { type StringValue } from 'ms';
import { z } from 'zod';

/** Milliseconds, or a text like `'30s'` or `'5 minutes'`; where a process waits for it, at most 24 days. */
export type Duration = StringValue | number;

const EXPECTED = { error: "expected milliseconds above 0, or a text like '30s'" };

/** Beyond it a timer of Node.js fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Parses a duration, longer than nothing, that is waited for in Temporal: it may be years. */
export const longDurationSchema = z
  .union([z.number(), z.string().min(1, EXPECTED)], EXPECTED) // `ms` throws at an empty text
  .transform((value) => (typeof value === 'number' ? value : ms(value as StringValue)))
  .refine((value) => Number.isFinite(value) && value > 0, { ...EXPECTED, abort: true });

/** Parses a duration, longer than nothing, that a process waits for. */
export const durationSchema = longDurationSchema.refine((value) => value <= LONGEST_TIMER, {
  error: 'expected at most 24 days',
});
