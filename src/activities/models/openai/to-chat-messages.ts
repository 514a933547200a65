import type { OpenAI } from 'openai';
import type { ModelMessage, RequestPart } from '../../../common/messages';
import { toAssistantMessage } from './to-assistant-message';
import { toChatContent } from './to-chat-content';
import { toRetryText, toToolReturnText } from './to-text';

type Message = OpenAI.Chat.ChatCompletionMessageParam;

/** The transcript, as the Chat Completions API takes it. Instructions come after the system prompts, as in pydantic-ai. */
export function toChatMessages(messages: readonly ModelMessage[], instructions?: string): Message[] {
  const said = messages.flatMap((message) =>
    message.kind === 'request' ? message.parts.map(toMessage) : toAssistantMessage(message),
  );
  if (instructions === undefined) return said;
  const first = said.findIndex(({ role }) => role !== 'system');
  const systemPrompts = first === -1 ? said.length : first;
  return said.toSpliced(systemPrompts, 0, { role: 'system', content: instructions });
}

function toMessage(part: RequestPart): Message {
  switch (part.kind) {
    case 'system-prompt':
      return { role: 'system', content: part.content };
    case 'user-prompt':
      return { role: 'user', content: toChatContent(part.content) };
    case 'tool-return':
      return { role: 'tool', tool_call_id: part.toolCallId, content: toToolReturnText(part) };
    case 'retry-prompt':
      if (part.toolCallId === undefined) return { role: 'user', content: toRetryText(part) };
      return { role: 'tool', tool_call_id: part.toolCallId, content: toRetryText(part) };
  }
}
