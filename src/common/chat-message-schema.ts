import { z } from 'zod';
import { chosen } from './chosen';
import { jsonSchema } from './option-schemas';

const text = z.string();
const optionalText = z.string().nullish();

const textContent = z.strictObject({ type: z.literal('text'), text });

const refusal = z.strictObject({ type: z.literal('refusal'), refusal: text });

const fileData = z
  .string()
  .regex(
    /^data:[^;,]+;base64,[A-Za-z0-9+/]*={0,2}$/,
    'expected a base64 data URL; a file cannot be given by its id',
  );

const userContent = z.discriminatedUnion('type', [
  textContent,
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: z.url(), detail: optionalText }),
  }),
  z.strictObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.base64(), format: z.enum(['wav', 'mp3']) }),
  }),
  z.strictObject({
    type: z.literal('file'),
    file: z.strictObject({ file_data: fileData, filename: optionalText }),
  }),
]);

/** A text, or parts of which each fits. */
function contentOf<Part extends z.ZodType>(part: Part): z.ZodType<string | readonly z.output<Part>[]> {
  return chosen<string | readonly z.output<Part>[]>((value) =>
    Array.isArray(value) ? z.array(part).min(1) : text,
  );
}

const toolCall = z
  .object({
    id: z.string().min(1),
    type: z.literal('function').optional(),
    function: z.strictObject({ name: z.string().min(1), arguments: text }),
  })
  .catchall(jsonSchema);

/** What a server sent beyond the API's own fields is kept. */
const assistant = z
  .object({
    role: z.literal('assistant'),
    content: contentOf(z.discriminatedUnion('type', [textContent, refusal])).nullish(),
    name: optionalText,
    refusal: optionalText,
    tool_calls: z.array(toolCall).nullish(),
    function_call: z.null({ error: 'has no id by which it could be answered; use tool_calls' }).optional(),
  })
  .catchall(jsonSchema);

const told = z.strictObject({
  role: z.enum(['system', 'developer']),
  content: contentOf(textContent),
  name: optionalText,
});

const asked = z.strictObject({
  role: z.literal('user'),
  content: contentOf(userContent),
  name: optionalText,
});

const returned = z.strictObject({
  role: z.literal('tool'),
  content: contentOf(textContent),
  tool_call_id: text,
});

/** Parses messages as OpenAI's Chat Completions API takes and returns them. */
export const chatMessagesSchema = z.array(z.discriminatedUnion('role', [told, asked, returned, assistant]));

export type ParsedChatMessage = z.output<typeof chatMessagesSchema>[number];
export type ChatUserContent = z.output<typeof userContent>;
export type ChatAnswer = z.output<typeof assistant>;

/** A message as OpenAI's Chat Completions API takes or returns it; what it holds is checked when it is converted. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly name?: unknown;
  readonly refusal?: unknown;
  readonly tool_calls?: unknown;
  readonly tool_call_id?: unknown;
}
