import { z } from 'zod';

/**
 * A union whose member is known by a look at the value, so that complaints name the field within it; `z.union` only says
 * that no member fits.
 */
export function chosen<Value>(choose: (value: unknown) => z.ZodType): z.ZodType<Value> {
  return z.unknown().transform((value, context): Value => {
    const parsed = choose(value).safeParse(value);
    if (parsed.success) return parsed.data as Value; // the callers' schemas are those of `Value`
    for (const issue of parsed.error.issues) {
      context.addIssue({ ...issue, code: 'custom', path: issue.path, message: issue.message });
    }
    return z.NEVER;
  });
}
