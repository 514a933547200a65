// Turns the messages of a recorded request back into a transcript of ours, so that we can build the request again.
import { isJsonObject, type JsonObject } from '../../src/common/json';
import type {
  ModelMessage,
  ModelResponse,
  RequestPart,
  ResponsePart,
  UserContent,
} from '../../src/common/messages';
import type { ToolDescription } from '../../src/common/model';

const RETRY = '\n\nFix the errors and try again.';
const FEEDBACK = 'Validation feedback:\n';

/**
 * The transcript that a recorded request tells. What a model had answered is taken from `responses`, one for each run of
 * messages by the assistant; where these are used up, from the recorded request itself.
 */
export function toTranscript(
  messages: readonly JsonObject[],
  responses: readonly ModelResponse[],
): ModelMessage[] {
  const transcript: ModelMessage[] = [];
  const answers = [...responses];
  for (const group of groupBySpeaker(messages)) {
    if (group.some(isByAssistant)) transcript.push(answers.shift() ?? toResponse(group));
    else transcript.push({ kind: 'request', parts: group.map(toRequestPart) });
  }
  return transcript;
}

function groupBySpeaker(messages: readonly JsonObject[]): JsonObject[][] {
  const groups: JsonObject[][] = [];
  for (const message of messages) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && isByAssistant(group[0]) === isByAssistant(message)) group.push(message);
    else groups.push([message]);
  }
  return groups;
}

function isByAssistant({ role, type }: JsonObject): boolean {
  return role === 'assistant' || (role === undefined && type !== 'function_call_output');
}

function toRequestPart(message: JsonObject): RequestPart {
  const { role, content } = message;
  const callId = message['tool_call_id'] ?? message['call_id'];
  if (role === 'system') return { kind: 'system-prompt', content: String(content) };
  if (callId !== undefined) return toToolPart(String(callId), String(content ?? message['output']));
  if (Array.isArray(content)) {
    return { kind: 'user-prompt', content: content.filter(isJsonObject).map(toContent) };
  }
  const text = String(content);
  if (!text.startsWith(FEEDBACK)) return { kind: 'user-prompt', content: text };
  return { kind: 'retry-prompt', content: text.slice(FEEDBACK.length, -RETRY.length) };
}

function toToolPart(toolCallId: string, content: string): RequestPart {
  const about = { toolName: 'recorded', toolCallId };
  if (content.endsWith(RETRY)) {
    return { kind: 'retry-prompt', content: content.slice(0, -RETRY.length), ...about };
  }
  return { kind: 'tool-return', content, outcome: 'success', ...about };
}

function toContent(content: JsonObject): UserContent {
  const { text } = content;
  if (typeof text === 'string') return toText(text);
  const image = content['image_url'];
  if (image !== undefined) {
    return { kind: 'image-url', url: String(isJsonObject(image) ? image['url'] : image) };
  }
  if (typeof content['file_url'] === 'string') return { kind: 'document-url', url: content['file_url'] };
  const file = isJsonObject(content['file']) ? content['file'] : content;
  const [, mediaType = '', data = ''] = /^data:([^;]*);base64,(.*)$/.exec(String(file['file_data'])) ?? [];
  return { kind: 'binary', mediaType, data };
}

function toText(text: string): UserContent {
  const fence = /^-----BEGIN FILE id="\w+" type="([^"]*)"-----\n(.*)\n-----END FILE/s.exec(text);
  if (fence?.[1] === undefined || fence[2] === undefined) return { kind: 'text', text };
  return { kind: 'binary', mediaType: fence[1], data: Buffer.from(fence[2]).toString('base64') };
}

function toResponse(items: readonly JsonObject[]): ModelResponse {
  return { kind: 'response', parts: items.flatMap(toResponsePart), usage: {}, providerName: 'openai' };
}

/** As a user would write it by hand. */
function toResponsePart(item: JsonObject): ResponsePart[] {
  if (item['type'] === 'reasoning') {
    const summary = item['summary'] as readonly { text: string }[]; // recorded
    const about = { id: String(item['id']), signature: String(item['encrypted_content']) };
    return summary.map(({ text }, index) => ({
      kind: 'thinking',
      content: text,
      ...(index === 0 ? about : {}),
    }));
  }
  const text = String(item['content']);
  const thought = /^<think>\n(.*)\n<\/think>$/s.exec(text)?.[1];
  return [thought === undefined ? { kind: 'text', content: text } : { kind: 'thinking', content: thought }];
}

/** The function tools of a recorded request, of either API. */
export function toTools(tools: readonly JsonObject[]): ToolDescription[] {
  return tools.map((tool) => {
    const described = isJsonObject(tool['function']) ? tool['function'] : tool;
    const { name, description, parameters } = described;
    return {
      name: String(name),
      ...(typeof description === 'string' ? { description } : {}),
      parameters: isJsonObject(parameters) ? parameters : {},
    };
  });
}
