import { z } from 'zod';
import {
  idSchema,
  jsonObjectSchema,
  jsonSchema,
  MAX_ID_LENGTH,
  modelSettingsSchema,
  usageLimitsSchema,
  userPromptSchema,
} from './option-schemas';
import { chosen } from './chosen';
import { messagesSchema } from './message-schema';
import { fittingSize, type PayloadRoom } from './payload-size';
import type { RunRequest } from './wire';

const packedSchema = z.strictObject({ gzip: z.union([z.base64(), z.array(z.base64())]) });

const messageHistorySchema = chosen<RunRequest['messageHistory']>((value) =>
  Array.isArray(value) || value === null || typeof value !== 'object' ? messagesSchema : packedSchema,
);

const counter = z.number().min(0).optional();

/** Parses a part of a `Usage`. */
export const usageSchema = z.strictObject({
  requests: counter,
  toolCalls: counter,
  inputTokens: counter,
  outputTokens: counter,
  cacheReadTokens: counter,
  cacheWriteTokens: counter,
  reasoningTokens: counter,
  totalTokens: counter,
  cost: counter,
  details: z.record(z.string(), z.number()).optional(),
});

/** Parses a {@link RunRequest}: on the client before anything starts, on the worker for runs that others start. */
export const runRequestSchema = z
  .strictObject({
    prompt: userPromptSchema.optional(),
    deps: jsonSchema.optional(),
    model: z.string().min(1).optional(),
    modelSettings: modelSettingsSchema.optional(),
    usageLimits: usageLimitsSchema.optional(),
    messageHistory: messageHistorySchema.optional(),
    continueFrom: idSchema.optional(),
    usage: usageSchema.optional(),
    instructions: z.string().optional(),
    conversationId: idSchema.max(MAX_ID_LENGTH).optional(),
    outputType: z.string().optional(),
    retries: z
      .strictObject({ output: z.int().min(0).optional(), tools: z.int().min(0).optional() })
      .optional(),
    metadata: jsonObjectSchema.optional(),
  })
  .refine(({ messageHistory, continueFrom }) => messageHistory === undefined || continueFrom === undefined, {
    path: ['continueFrom'],
    error: 'cannot be given beside messageHistory',
  }) as unknown as z.ZodType<RunRequest>; // zod writes `undefined` into optional keys' types; nothing else differs

/** @throws {PayloadTooLargeError} for a field that Temporal could not record, or not together with the others. */
export function assertRequestFits(request: RunRequest, room: PayloadRoom): void {
  const fields = Object.entries(request);
  for (const [field, value] of fields) fittingSize(value, field, room);
  if (fields.length > 1) fittingSize(request, 'prompt and options together', room);
}
