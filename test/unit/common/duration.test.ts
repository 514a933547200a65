import { z } from 'zod';
import { durationSchema, longDurationSchema } from '../../../src/common/duration';

describe('a duration', () => {
  it.each([
    [1, 1],
    [1500, 1500],
    [0.5, 0.5],
    ['30s', 30_000],
    ['5 minutes', 300_000],
    ['1.5h', 5_400_000],
    ['2 days', 172_800_000],
    ['100', 100],
    ['10MS', 10],
  ] as const)('of %j is %d milliseconds', (duration, milliseconds) => {
    expect(durationSchema.parse(duration)).toBe(milliseconds);
  });

  it.each([
    0,
    -1,
    NaN,
    Infinity,
    '',
    ' ',
    'abc',
    '0',
    '0s',
    '-5s',
    '1h30m',
    '5 lightyears',
    '1'.repeat(101),
    true,
    null,
    undefined,
    {},
    [],
    10n,
    new Date(0),
  ])('is not %p', (value) => {
    const parsed = durationSchema.safeParse(value);
    expect(parsed.success).toBe(false);
    expect(z.prettifyError(parsed.error ?? new z.ZodError([]))).toContain(
      "expected milliseconds above 0, or a text like '30s'",
    );
  });

  it('is not longer than a timer of Node.js can run: a longer one would be up at once', () => {
    expect(durationSchema.parse('24 days')).toBe(2_073_600_000);
    expect(() => durationSchema.parse('25 days')).toThrow('expected at most 24 days');
  });

  it('is as long as one likes where Temporal waits for it', () => {
    expect(longDurationSchema.parse('90 days')).toBe(7_776_000_000);
    expect(() => longDurationSchema.parse('soon')).toThrow('expected milliseconds above 0');
  });

  it('becomes milliseconds', () => {
    expect(durationSchema.parse('10m')).toBe(600_000);
    expect(durationSchema.parse(250)).toBe(250);
  });
});
