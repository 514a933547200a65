import { z } from 'zod';
import type { JsonObject } from '../../../common/json';
import type { ResponsePart, TextPart, ThinkingPart, ToolCallPart } from '../../../common/messages';
import { detailsOf, withDetails } from './details';

const text = z.looseObject({ type: z.literal('output_text'), text: z.string() });

const message = z.looseObject({
  type: z.literal('message'),
  id: z.string().nullish(),
  status: z.string().nullish(),
  content: z.array(text).min(1),
});

const reasoning = z.looseObject({
  type: z.literal('reasoning'),
  id: z.string(),
  summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
  content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
  encrypted_content: z.string().nullish(),
  status: z.string().nullish(),
});

const functionCall = z.looseObject({
  type: z.literal('function_call'),
  id: z.string().nullish(),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
  status: z.string().nullish(),
});

const refusalItem = z.object({ content: z.array(z.unknown()) });
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() });

/** The parts of one output item. An item of a kind or shape that is not known here is kept whole, and goes back whole. */
export function fromOutputItem(item: object): ResponsePart[] {
  const asMessage = message.safeParse(item);
  if (asMessage.success) return toTexts(asMessage.data);
  const asReasoning = reasoning.safeParse(item);
  if (asReasoning.success) return toThinking(asReasoning.data);
  const asCall = functionCall.safeParse(item);
  if (asCall.success) return [toToolCall(asCall.data)];
  // Came out of `JSON.parse`.
  return [{ kind: 'provider-item', providerName: 'openai', item: item as JsonObject }];
}

function toTexts({ id, content, ...item }: z.infer<typeof message>): TextPart[] {
  const about = itemDetails(item, ['type', 'role']);
  return content.map((part) => ({
    kind: 'text',
    content: part.text,
    ...(id ? { id } : {}),
    ...withDetails({ ...about, ...detailsOf(part, ['type', 'text']) }),
  }));
}

function toThinking({ id, ...item }: z.infer<typeof reasoning>): ThinkingPart[] {
  const { summary, content, encrypted_content: signature, ...rest } = item;
  const summaries: ThinkingPart[] = summary.map((part) => ({ kind: 'thinking', content: part.text, id }));
  const thoughts: ThinkingPart[] = (content ?? []).map((part) => ({
    kind: 'thinking',
    content: part.text,
    id,
    providerDetails: { type: part.type },
  }));
  const [first, ...others] = [...summaries, ...thoughts];
  const details = { ...first?.providerDetails, ...itemDetails(rest, ['type']) };
  return [
    {
      kind: 'thinking',
      content: '',
      id,
      ...first,
      ...(signature ? { signature } : {}),
      ...withDetails(details),
    },
    ...others,
  ];
}

function toToolCall({
  id,
  call_id,
  name,
  arguments: args,
  ...item
}: z.infer<typeof functionCall>): ToolCallPart {
  return {
    kind: 'tool-call',
    toolName: name,
    args,
    toolCallId: call_id,
    ...(id ? { id } : {}),
    ...withDetails(itemDetails(item, ['type'])),
  };
}

/** Fields of the item itself, apart from those of its content, because they go back with it: `phase`, for one. */
function itemDetails(item: { status?: string | null | undefined }, known: readonly string[]): JsonObject {
  const details = detailsOf(item, item.status === 'completed' ? [...known, 'status'] : known);
  return Object.keys(details).length === 0 ? {} : { item: details };
}

/**
 * Why the model refused, if it did. A refusal is no answer, so it is no text part: it stays an item of the provider and
 * is shown in the response's details, with the finish reason that says that nothing came through.
 */
export function refusalOf(parts: readonly ResponsePart[]): string | undefined {
  const contents = parts.flatMap((part) =>
    part.kind === 'provider-item' ? (refusalItem.safeParse(part.item).data?.content ?? []) : [],
  );
  const refusals = contents.flatMap((content) => refusal.safeParse(content).data?.refusal ?? []);
  return refusals.length === 0 ? undefined : refusals.join('\n');
}
