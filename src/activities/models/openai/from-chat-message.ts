import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../../common/json';
import type { ResponsePart, ThinkingPart, ToolCallPart } from '../../../common/messages';
import { CHAT_ITEM, THINKING_FIELDS } from './chat-items';
import { detailsOf, withDetails } from './details';

const functionCall = z.looseObject({
  id: z.string().nullish(),
  function: z.object({ name: z.string(), arguments: z.union([z.string(), z.record(z.string(), z.json())]) }),
});

const READ = ['role', 'content', 'refusal', 'annotations', ...THINKING_FIELDS];

interface ChatMessage {
  readonly content?: string | null | undefined;
  readonly [field: string]: unknown;
}

/** The parts of a message: thoughts, text, calls, and one more part with whatever else it holds. */
export function fromChatMessage(
  message: ChatMessage,
  choice: { readonly [field: string]: unknown },
): ResponsePart[] {
  const { calls, others } = toToolCalls(message['tool_calls']);
  const about = detailsOf({ annotations: message['annotations'], logprobs: choice['logprobs'] }, []);
  const item = {
    ...detailsOf(message, [...READ, 'tool_calls']),
    ...(others.length === 0 ? {} : { tool_calls: others }),
  };
  return [
    ...toThinking(message),
    ...(message.content ? [{ kind: 'text' as const, content: message.content, ...withDetails(about) }] : []),
    ...calls,
    ...(Object.keys(item).length === 0
      ? []
      : [{ kind: 'provider-item' as const, providerName: CHAT_ITEM, item }]),
  ];
}

/** Some servers send the same thought in both fields; one of them is enough. */
function toThinking(message: ChatMessage): ThinkingPart[] {
  const field = THINKING_FIELDS.find((name) => typeof message[name] === 'string' && message[name] !== '');
  if (field === undefined) return [];
  return [{ kind: 'thinking', content: String(message[field]), providerDetails: { field } }];
}

function toToolCalls(value: unknown): { calls: ToolCallPart[]; others: JsonObject[] } {
  const calls: ToolCallPart[] = [];
  const others: JsonObject[] = [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const [index, item] of items.entries()) {
    const parsed = functionCall.safeParse(item);
    if (parsed.success) calls.push(toToolCall(parsed.data, index));
    else if (isJsonObject(item)) others.push(withoutIndex(item));
  }
  return { calls, others };
}

/** A stream numbers the calls; the number is no part of them. */
function withoutIndex({ index: _, ...call }: JsonObject): JsonObject {
  return call;
}

function toToolCall(
  { id, function: called, ...call }: z.infer<typeof functionCall>,
  index: number,
): ToolCallPart {
  const details = detailsOf(call, ['type', 'index']);
  return {
    kind: 'tool-call',
    toolName: called.name,
    args: called.arguments,
    // Gemini's compatible API sends none; an index alone would be the same in the next response.
    toolCallId: id || `call_${index}_${randomUUID().slice(0, 8)}`,
    ...withDetails(Object.keys(details).length === 0 ? {} : { [CHAT_ITEM]: details }),
  };
}
