import { z } from 'zod';
import type { ModelMessage } from './messages';
import { jsonObjectSchema, jsonSchema, userPromptSchema } from './option-schemas';

const text = z.string();
const optionalText = z.string().optional();

const requestPart = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('system-prompt'), content: text }),
  z.strictObject({ kind: z.literal('user-prompt'), content: userPromptSchema }),
  z.strictObject({
    kind: z.literal('tool-return'),
    toolName: text,
    toolCallId: text,
    content: jsonSchema,
    outcome: z.enum(['success', 'failed', 'denied', 'interrupted']),
  }),
  z.strictObject({
    kind: z.literal('retry-prompt'),
    content: z.union([text, z.array(z.strictObject({ path: text, message: text }))]),
    toolName: optionalText,
    toolCallId: optionalText,
  }),
]);

const providerPart = { id: optionalText, providerDetails: jsonObjectSchema.optional() };

const responsePart = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), content: text, ...providerPart }),
  z.strictObject({ kind: z.literal('thinking'), content: text, signature: optionalText, ...providerPart }),
  z.strictObject({
    kind: z.literal('tool-call'),
    toolName: text,
    args: z.union([text, jsonObjectSchema]),
    toolCallId: text,
    ...providerPart,
  }),
  z.strictObject({
    kind: z.literal('provider-item'),
    providerName: text,
    item: jsonObjectSchema,
    ...providerPart,
  }),
]);

const counter = z.number().min(0).optional();

const response = z.strictObject({
  kind: z.literal('response'),
  parts: z.array(responsePart),
  usage: z
    .strictObject({
      inputTokens: counter,
      outputTokens: counter,
      cacheReadTokens: counter,
      cacheWriteTokens: counter,
      reasoningTokens: counter,
      details: z.record(text, z.number()).optional(),
    })
    .default({}),
  modelName: optionalText,
  providerName: optionalText,
  providerResponseId: optionalText,
  finishReason: z.enum(['stop', 'length', 'content_filter', 'tool_call', 'error']).optional(),
  timestamp: optionalText,
  providerDetails: jsonObjectSchema.optional(),
});

const request = z.strictObject({ kind: z.literal('request'), parts: z.array(requestPart) });

/** Parses messages of earlier runs; each complaint has the path of the bad field. */
export const messagesSchema = z.array(
  z.discriminatedUnion('kind', [request, response]),
) as unknown as z.ZodType<readonly ModelMessage[]>; // zod writes `undefined` into optional keys' types; nothing else differs
