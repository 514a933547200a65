import { z } from 'zod';
import { UserError } from './errors';
import type { JsonObject } from './json';

/** The JSON Schema of what a zod schema accepts, or a `UserError` that says why it has none. */
export function toJsonSchema(schema: z.ZodType, where: string): JsonObject {
  try {
    const {
      $schema: _dialect,
      '~standard': _standard,
      ...jsonSchema
    } = z.toJSONSchema(schema, { io: 'input' });
    // A JSON Schema is JSON; zod's type only does not say so.
    return jsonSchema as JsonObject;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${where} cannot be described as JSON Schema: ${reason}`, { cause: error });
  }
}
