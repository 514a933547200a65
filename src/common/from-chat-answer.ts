import type { ChatAnswer } from './chat-message-schema';
import type { JsonObject, JsonValue } from './json';
import type { ModelResponse, ResponsePart } from './messages';

/** Names what came through Chat Completions and can only go back there. */
const CHAT_ITEM = 'openai-chat';

const MESSAGE_FIELDS = ['role', 'content', 'name', 'refusal', 'tool_calls', 'function_call', 'annotations'];
const CALL_FIELDS = ['id', 'type', 'function', 'index'];

/** An answer as it enters a history: what no field of ours holds is kept, and goes back as it came. */
export function fromChatAnswer(message: ChatAnswer): ModelResponse {
  const { content, tool_calls: calls } = message;
  const refusal = message.refusal ?? refusalIn(content);
  const item = fieldsBeside(message, MESSAGE_FIELDS);
  return {
    kind: 'response',
    parts: [
      ...toTextParts(content),
      ...(calls ?? []).map(toToolCall),
      ...(item === undefined ? [] : [{ kind: 'provider-item' as const, providerName: CHAT_ITEM, item }]),
    ],
    usage: {},
    ...(refusal === undefined ? {} : { providerName: 'openai', providerDetails: { refusal } }),
  };
}

function toTextParts(content: ChatAnswer['content']): ResponsePart[] {
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? []);
  return parts.flatMap((part): ResponsePart[] =>
    part.type === 'text' && part.text !== '' ? [{ kind: 'text', content: part.text }] : [],
  );
}

function refusalIn(content: ChatAnswer['content']): string | undefined {
  if (typeof content !== 'object') return undefined;
  return content?.find((part) => part.type === 'refusal')?.refusal;
}

function toToolCall(call: NonNullable<ChatAnswer['tool_calls']>[number]): ResponsePart {
  const { name, arguments: args } = call.function;
  const others = fieldsBeside(call, CALL_FIELDS);
  return {
    kind: 'tool-call',
    toolName: name,
    args,
    toolCallId: call.id,
    ...(others === undefined ? {} : { providerDetails: { [CHAT_ITEM]: others } }),
  };
}

function fieldsBeside(object: object, read: readonly string[]): JsonObject | undefined {
  const entries = Object.entries(object) as [string, JsonValue | undefined][]; // parsed as JSON
  const others = entries.filter(
    (entry): entry is [string, JsonValue] =>
      !read.includes(entry[0]) && entry[1] !== undefined && entry[1] !== null && entry[1] !== '',
  );
  return others.length === 0 ? undefined : Object.fromEntries(others);
}
