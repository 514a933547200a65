import {
  type ChatAnswer,
  type ChatMessage,
  chatMessagesSchema,
  type ChatUserContent,
  type ParsedChatMessage,
} from './chat-message-schema';
import { UserError } from './errors';
import { fromChatAnswer } from './from-chat-answer';
import { type ModelMessage, type RequestPart, toolCallsOf, type UserContent } from './messages';
import { parseOptions } from './options';

/**
 * Messages of OpenAI's Chat Completions API as a run's `messageHistory`. What would not be sent again is left away: the
 * name of a speaker, the detail of an image.
 * @throws {UserError} naming the path of each bad field, or of a tool's result that answers no call before it.
 */
export function fromChatMessages(messages: readonly ChatMessage[]): readonly ModelMessage[] {
  const converted: ModelMessage[] = [];
  // The API has a tool's name in the call only, to whose id the result refers.
  const toolNames = new Map<string, string>();
  for (const [index, message] of parseOptions(chatMessagesSchema, messages, 'fromChatMessages').entries()) {
    if (message.role !== 'assistant') {
      addToRequest(converted, toRequestPart(message, { index, toolNames }));
      continue;
    }
    const response = fromChatAnswer(message);
    for (const { toolCallId, toolName } of toolCallsOf(response)) toolNames.set(toolCallId, toolName);
    converted.push(response);
  }
  return converted;
}

/** What is said between two answers is one request. */
function addToRequest(converted: ModelMessage[], part: RequestPart): void {
  const last = converted.at(-1);
  if (last?.kind !== 'request') converted.push({ kind: 'request', parts: [part] });
  else converted[converted.length - 1] = { ...last, parts: [...last.parts, part] };
}

function toRequestPart(
  message: Exclude<ParsedChatMessage, ChatAnswer>,
  { index, toolNames }: { index: number; toolNames: ReadonlyMap<string, string> },
): RequestPart {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { kind: 'system-prompt', content: toText(message.content) };
    case 'user': {
      const { content } = message;
      return { kind: 'user-prompt', content: typeof content === 'string' ? content : content.map(toContent) };
    }
    case 'tool': {
      const toolCallId = message.tool_call_id;
      const toolName = toolNames.get(toolCallId);
      if (toolName === undefined) throw unknownCall(index, toolCallId);
      const content = toText(message.content);
      return { kind: 'tool-return', toolName, toolCallId, content, outcome: 'success' };
    }
  }
}

function unknownCall(index: number, toolCallId: string): UserError {
  return new UserError(
    `fromChatMessages: ${index}.tool_call_id: no message before it made the call '${toolCallId}'`,
  );
}

function toText(content: string | readonly { readonly text: string }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n\n');
}

const AUDIO_TYPES = { wav: 'audio/wav', mp3: 'audio/mpeg' } as const;

function toContent(content: ChatUserContent): UserContent {
  switch (content.type) {
    case 'text':
      return { kind: 'text', text: content.text };
    case 'image_url':
      return toBinary(content.image_url.url) ?? { kind: 'image-url', url: content.image_url.url };
    case 'input_audio': {
      const { data, format } = content.input_audio;
      return { kind: 'binary', mediaType: AUDIO_TYPES[format], data };
    }
    case 'file': {
      const { file_data: url, filename } = content.file;
      const binary = toBinary(url) ?? { kind: 'document-url' as const, url };
      return typeof filename === 'string' && binary.kind === 'binary'
        ? { ...binary, fileName: filename }
        : binary;
    }
  }
}

function toBinary(url: string): Extract<UserContent, { kind: 'binary' }> | undefined {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mediaType === undefined || data === undefined ? undefined : { kind: 'binary', mediaType, data };
}
