import { z } from 'zod';
import { chosen } from './chosen';
import type { ModelMessage } from './messages';
import { jsonObjectSchema, jsonSchema, userPromptSchema } from './option-schemas';
import { toJsonValue } from './to-json-value';

const text = z.string();
const optionalText = z.string().optional();

const issues = z.array(z.strictObject({ path: text, message: text }));

const requestPart = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('system-prompt'), content: text }),
  z.strictObject({ kind: z.literal('user-prompt'), content: userPromptSchema }),
  z.strictObject({
    kind: z.literal('tool-return'),
    toolName: text,
    toolCallId: text,
    content: jsonSchema,
    outcome: z.enum(['success', 'failed', 'denied', 'interrupted']),
    metadata: jsonSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('retry-prompt'),
    content: chosen((value) => (Array.isArray(value) ? issues : text)),
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

/** Parses a {@link ModelResponse}. */
export const responseSchema = z.strictObject({
  kind: z.literal('response'),
  parts: z.array(responsePart),
  usage: z
    .strictObject({
      cost: counter,
      inputTokens: counter,
      outputTokens: counter,
      cacheReadTokens: counter,
      cacheWriteTokens: counter,
      reasoningTokens: counter,
      details: z.record(text, z.number()).optional(),
    })
    .optional(),
  modelName: optionalText,
  providerName: optionalText,
  providerResponseId: optionalText,
  finishReason: z.enum(['stop', 'length', 'content_filter', 'tool_call', 'error']).optional(),
  state: z.literal('interrupted').optional(),
  timestamp: optionalText,
  providerDetails: jsonObjectSchema.optional(),
});

const request = z.strictObject({ kind: z.literal('request'), parts: z.array(requestPart) });

const messages = z.array(z.discriminatedUnion('kind', [request, responseSchema]));

/**
 * Parses messages of earlier runs; each complaint has the path of the bad field. What is valid stays as it is, the order
 * of its keys included: a provider's cache sees the same bytes again.
 */
export const messagesSchema: z.ZodType<readonly ModelMessage[]> = z
  .unknown()
  .transform((value, context): readonly ModelMessage[] => {
    const parsed = messages.safeParse(value);
    if (parsed.success) return (toJsonValue(value) as unknown as ModelMessage[]).map(withUsage); // just parsed
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', path, message });
    }
    return z.NEVER;
  });

/** Who writes a response by hand need not say that it cost nothing. */
function withUsage(message: ModelMessage): ModelMessage {
  return message.kind === 'request' || 'usage' in message ? message : Object.assign(message, { usage: {} });
}
