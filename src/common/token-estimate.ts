import { isJsonArray, type JsonValue } from './json';
import type { ModelMessage, RequestPart, ResponsePart, UserContent, UserPrompt } from './messages';

/** Of text and of JSON, in the vocabularies of today's models; of other scripts than Latin, UTF-8 bytes come closer. */
const BYTES_PER_TOKEN = 4;

/** What the frame of a part takes: role, name, id. */
const PART_TOKENS = 4;

/** An image, whatever its size; providers scale it down. */
export const IMAGE_TOKENS = 1_000;

/** A document or a recording, whatever its size: how many pages or seconds it has does not show. */
export const FILE_TOKENS = 3_000;

/** How many tokens a message has, roughly, when it is sent to a model. Instructions and tools come in addition. */
export function estimateTokens({ parts }: ModelMessage): number {
  return parts.reduce((sum, part) => sum + estimatePartTokens(part), 0);
}

export function estimatePartTokens(part: RequestPart | ResponsePart): number {
  switch (part.kind) {
    case 'user-prompt':
      return PART_TOKENS + promptTokens(part.content);
    case 'system-prompt':
    case 'text':
      return PART_TOKENS + estimateTextTokens(part.content);
    case 'thinking':
      return PART_TOKENS + estimateTextTokens(part.content) + estimateTextTokens(part.signature ?? '');
    case 'tool-call':
      return PART_TOKENS + estimateTextTokens(part.toolName) + jsonTokens(part.args);
    case 'tool-return':
      return PART_TOKENS + jsonTokens(part.content); // its metadata is not sent
    case 'retry-prompt':
      return PART_TOKENS + retryTokens(part.content);
    case 'provider-item':
      return PART_TOKENS + jsonTokens(part.item);
  }
}

export function estimateTextTokens(text: string): number {
  return Math.ceil(byteLength(text) / BYTES_PER_TOKEN);
}

function promptTokens(prompt: UserPrompt): number {
  if (typeof prompt === 'string') return estimateTextTokens(prompt);
  return prompt.reduce((sum, content) => sum + PART_TOKENS + contentTokens(content), 0);
}

function contentTokens(content: UserContent): number {
  switch (content.kind) {
    case 'text':
      return estimateTextTokens(content.text);
    case 'image-url':
      return IMAGE_TOKENS;
    case 'document-url':
    case 'audio-url':
      return FILE_TOKENS;
    case 'binary':
      if (isText(content.mediaType)) return Math.ceil((content.data.length * 3) / 4 / BYTES_PER_TOKEN); // base64
      return content.mediaType.startsWith('image/') ? IMAGE_TOKENS : FILE_TOKENS;
  }
}

/** Such files are read by the model as the text that they are. */
function isText(mediaType: string): boolean {
  return /^text\/|[/+](json|xml|yaml)$/.test(mediaType);
}

function retryTokens(content: string | readonly { path: string; message: string }[]): number {
  if (typeof content === 'string') return estimateTextTokens(content);
  const bytes = content.reduce((sum, { path, message }) => sum + byteLength(path) + byteLength(message), 0);
  return Math.ceil(bytes / BYTES_PER_TOKEN) + content.length * PART_TOKENS;
}

/** A text is sent as it is, anything else as its JSON. */
function jsonTokens(value: JsonValue): number {
  return Math.ceil((typeof value === 'string' ? byteLength(value) : jsonLength(value)) / BYTES_PER_TOKEN);
}

/** Counted without writing the JSON: results of tools are megabytes. What is escaped in texts is not counted twice. */
function jsonLength(value: JsonValue): number {
  if (typeof value === 'string') return byteLength(value) + 2;
  if (typeof value !== 'object' || value === null) return String(value).length;
  let length = 1; // each item brings a comma, but the last
  if (isJsonArray(value)) for (const item of value) length += jsonLength(item) + 1;
  else for (const key of Object.keys(value)) length += byteLength(key) + 4 + jsonLength(value[key] ?? null);
  return length;
}

/** In UTF-8, without encoding it. */
function byteLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    const isTwoBytes = code < 0x800 || (code >= 0xd800 && code <= 0xdfff); // a surrogate is half of four bytes
    length += isTwoBytes ? 1 : 2;
  }
  return length;
}
