import { z } from 'zod';
import { chosen } from './chosen';
import type { JsonObject, JsonValue } from './json';
import type { ModelSettings } from './model-settings';
import type { UserPrompt } from './messages';
import { toJsonValue } from './to-json-value';
import type { UsageLimits } from './usage';

/** The longest id that a server on PostgreSQL or MySQL can keep. */
export const MAX_ID_LENGTH = 255;

/** An id as the server takes it: it is written as UTF-8, which has no half of a surrogate pair. */
export const idSchema = z
  .string()
  .min(1)
  .refine((id) => id.isWellFormed(), { error: 'has half of a surrogate pair' });

const limit = z.number().min(0).nullable().optional();

/** Parses {@link UsageLimits}. */
export const usageLimitsSchema = z.strictObject({
  requestLimit: limit,
  toolCallsLimit: limit,
  inputTokensLimit: limit,
  outputTokensLimit: limit,
  totalTokensLimit: limit,
  perRequestInputTokensLimit: limit,
  costLimit: limit,
  countTokensBeforeRequest: z.boolean().optional(),
}) as unknown as z.ZodType<UsageLimits>; // zod writes `undefined` into optional keys' types; nothing else differs

/** Parses {@link ModelSettings}. */
export const modelSettingsSchema = z.strictObject({
  maxTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).optional(),
  topP: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  stopSequences: z.array(z.string()).optional(),
  parallelToolCalls: z.boolean().optional(),
  toolChoice: z.enum(['auto', 'required', 'none']).optional(),
  reasoningEffort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  reasoningSummary: z.enum(['auto', 'concise', 'detailed']).optional(),
  serviceTier: z.enum(['auto', 'default', 'flex', 'priority']).optional(),
  user: z.string().optional(),
  extraBody: z.record(z.string(), z.json()).optional(),
  extraHeaders: z.record(z.string(), z.string()).optional(),
}) as unknown as z.ZodType<ModelSettings>; // as above

const binary = z.strictObject({
  kind: z.literal('binary'),
  mediaType: z.string().min(1),
  data: z.base64(),
  fileName: z.string().optional(),
});

const url = z.strictObject({
  kind: z.enum(['image-url', 'document-url', 'audio-url']),
  url: z.url(),
  mediaType: z.string().optional(),
});

const text = z.strictObject({ kind: z.literal('text'), text: z.string() });

const EXPECTED_PROMPT = { error: 'expected a text or a list of content parts' };

const plainText = z.string();

const contents = z
  .array(z.discriminatedUnion('kind', [text, url, binary]), EXPECTED_PROMPT)
  .min(1, EXPECTED_PROMPT);

/** Parses a {@link UserPrompt}. */
export const userPromptSchema: z.ZodType<UserPrompt> = chosen<UserPrompt>((value) =>
  typeof value === 'string' ? plainText : contents,
);

/** Parses what becomes JSON: `undefined` in an object is dropped, a `Date` becomes a text, a `Map` is refused. */
export const jsonSchema: z.ZodType<JsonValue> = z.unknown().transform(toJson);

export const jsonObjectSchema = z
  .record(z.string(), z.unknown())
  .transform(toJson) as unknown as z.ZodType<JsonObject>; // a record stays one

function toJson(value: unknown, context: z.RefinementCtx): JsonValue {
  try {
    if (value !== undefined) return toJsonValue(value);
    context.addIssue('expected JSON');
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
  return z.NEVER;
}
