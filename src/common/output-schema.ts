import { z } from 'zod';
import type { OutputOption } from './output';

const schema = z.instanceof(z.ZodType, { error: 'expected a zod schema' });

const specification = z.looseObject({ kind: z.literal('output-specification') });

/** Parses what an agent's `output` may be. */
export const outputSchema = z.union([schema, specification, z.record(z.string().min(1), schema)], {
  error: 'expected a zod schema, schemas by name, or an output specification',
}) as unknown as z.ZodType<OutputOption>; // functions and schemas pass through as they are
