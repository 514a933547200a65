import { z } from 'zod';
import type { HistoryProcessor, Instructions, OutputValidator } from './agent';
import { compactionSchema } from './compaction-schema';
import { durationSchema } from './duration';
import { isModel, type Model } from './model';
import { jsonObjectSchema, modelSettingsSchema, usageLimitsSchema } from './option-schemas';
import { outputSchema } from './output-schema';
import { rollOverSchema } from './roll-over';
import { MAX_ATTEMPTS } from './size-limits';
import type { Tool } from './tool';

const schema = z.instanceof(z.ZodType, { error: 'expected a zod schema' });

function functionOf<F>() {
  return z.custom<F>((value) => typeof value === 'function', { error: 'expected a function' });
}

const instructions = z.union([z.string(), functionOf<Exclude<Instructions<never>, string>>()], {
  error: 'expected a text or a function that makes one',
});

/** Parses what {@link defineAgent} is given. */
export const agentOptionsSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-zA-Z][a-zA-Z0-9_.-]{0,99}$/,
      "expected up to 100 letters, digits, '_', '-' or '.', a letter first",
    )
    // Temporal would find these in the bundle's exports and run them in place of the agent.
    .refine((name) => !(name in Object.prototype), { error: 'is a name that every JavaScript object has' }),
  model: z.union([z.string().min(1), z.custom<Model>(isModel)], {
    error: 'expected a model or the name of one',
  }),
  instructions: z.union([z.array(instructions), instructions.transform((one) => [one])]).default([]),
  tools: z.array(z.custom<Tool>(isTool, { error: 'expected a tool made by defineTool' })).default([]),
  output: outputSchema.optional(),
  outputValidators: z.array(functionOf<OutputValidator<never, never>>()).default([]),
  historyProcessors: z.array(functionOf<HistoryProcessor<never>>()).default([]),
  compaction: compactionSchema.optional(),
  builtinTools: z.array(jsonObjectSchema).default([]),
  endStrategy: z.enum(['early', 'graceful', 'exhaustive']).default('graceful'),
  onLimit: z.enum(['fail', 'final-answer']).default('fail'),
  deps: schema.optional(),
  modelSettings: modelSettingsSchema.default({}),
  usageLimits: usageLimitsSchema.default({}),
  retries: z
    .strictObject({ output: z.int().min(0).default(1), tools: z.int().min(0).default(1) })
    .default({ output: 1, tools: 1 }),
  rollOver: rollOverSchema.optional(),
  modelTimeout: durationSchema.default(10 * 60_000),
  modelMaximumAttempts: z.int().min(1).max(MAX_ATTEMPTS).default(5),
  heartbeatTimeout: durationSchema
    .refine((value) => value >= 1000, { error: 'expected at least 1 second' })
    .default(5000),
  summaries: z.boolean().default(true),
});

function isTool(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'execute' in value && 'parameters' in value;
}
