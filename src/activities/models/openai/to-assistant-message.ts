import type { OpenAI } from 'openai';
import { isJsonObject, type JsonObject } from '../../../common/json';
import {
  toolCallsOf,
  type ModelResponse,
  type ResponsePart,
  type ToolCallPart,
} from '../../../common/messages';
import { CHAT_ITEM, thinkingFieldOf } from './chat-items';
import { detailObject } from './details';
import { toArgumentsText, toThinkingText } from './to-text';

type Message = OpenAI.Chat.ChatCompletionAssistantMessageParam;
type ToolCall = OpenAI.Chat.ChatCompletionMessageToolCall;

/** What a model answered earlier, as one message; none when nothing of it can be said here. */
export function toAssistantMessage(response: ModelResponse): Message[] {
  const texts = response.parts.map(toText).filter((text) => text !== '');
  const calls = toolCallsOf(response).map(toToolCall);
  const message: Message = {
    role: 'assistant',
    content: texts.length === 0 ? null : texts.join('\n\n'),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...refusalOf(response),
    ...fieldsOf(response.parts),
  };
  const isEmpty = message.content === null && Object.keys(message).length === 2;
  return isEmpty ? [] : [message];
}

function toText(part: ResponsePart): string {
  if (part.kind === 'text') return part.content;
  return part.kind === 'thinking' && thinkingFieldOf(part) === undefined ? toThinkingText([part]) : '';
}

/** Fields that a server sent beyond the API's own, given back as they came: thoughts, Gemini's signatures. */
function fieldsOf(parts: readonly ResponsePart[]): JsonObject {
  const fields: Record<string, JsonObject[string]> = {};
  for (const part of parts) {
    if (part.kind === 'provider-item' && part.providerName === CHAT_ITEM) {
      Object.assign(fields, part.item, audioOf(part.item));
    }
    const field = part.kind === 'thinking' ? thinkingFieldOf(part) : undefined;
    if (field !== undefined && part.kind === 'thinking') fields[field] = part.content;
  }
  return fields;
}

/** The API has the audio that it made, and takes no more than its id. */
function audioOf({ audio }: JsonObject): JsonObject {
  return isJsonObject(audio) ? { audio: { id: audio['id'] ?? null } } : {};
}

function refusalOf({ providerDetails, providerName }: ModelResponse): { refusal?: string } {
  const refusal = providerDetails?.['refusal'];
  return providerName === 'openai' && typeof refusal === 'string' ? { refusal } : {};
}

function toToolCall(call: ToolCallPart): ToolCall {
  return {
    id: call.toolCallId,
    type: 'function',
    function: { name: call.toolName, arguments: toArgumentsText(call) },
    ...detailObject(call.providerDetails, CHAT_ITEM),
  };
}
