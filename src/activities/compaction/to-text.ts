import type {
  ModelMessage,
  RequestPart,
  ResponsePart,
  RetryPromptPart,
  UserContent,
  UserPrompt,
} from '../../common/messages';
import { cutText } from '../../common/size-limits';

/** Of an address; some hold a whole file. */
const MAX_URL_LENGTH = 200;

/** A message as someone reads it who is to say what it was about: any model can, whatever tools and files it knows. */
export function toText(message: ModelMessage): string {
  const lines = message.kind === 'request' ? message.parts.map(requestText) : message.parts.map(responseText);
  return lines.filter((line) => line !== '').join('\n');
}

function requestText(part: RequestPart): string {
  switch (part.kind) {
    case 'system-prompt':
      return `System: ${part.content}`;
    case 'user-prompt':
      return `User: ${promptText(part.content)}`;
    case 'tool-return': {
      const outcome = part.outcome === 'success' ? '' : ` (${part.outcome})`;
      return `Result of ${part.toolName}${outcome}: ${plain(part.content)}`;
    }
    case 'retry-prompt':
      return `Asked to try again${part.toolName === undefined ? '' : ` (${part.toolName})`}: ${complaintText(part)}`;
  }
}

function responseText(part: ResponsePart): string {
  switch (part.kind) {
    case 'text':
      return `Assistant: ${part.content}`;
    case 'thinking':
      return part.content === '' ? '' : `Assistant, thinking: ${part.content}`;
    case 'tool-call':
      return `Call of ${part.toolName}: ${plain(part.args)}`;
    case 'provider-item':
      return `Assistant: [${plain(part.item['type'] ?? 'item')}]`;
  }
}

function promptText(prompt: UserPrompt): string {
  return typeof prompt === 'string' ? prompt : prompt.map(contentText).join('\n');
}

function contentText(content: UserContent): string {
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'binary':
      return `[${content.mediaType}${content.fileName === undefined ? '' : ` '${content.fileName}'`}]`;
    case 'image-url':
    case 'document-url':
    case 'audio-url':
      return `[${content.kind} ${cutText(content.url, MAX_URL_LENGTH)}]`;
  }
}

function complaintText({ content }: RetryPromptPart): string {
  if (typeof content === 'string') return content;
  return content.map(({ path, message }) => `${path}: ${message}`).join('; ');
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
