import { isJsonArray, isJsonObject, type JsonValue } from '../../common/json';
import {
  type ModelMessage,
  type RequestPart,
  type RetryPromptPart,
  type ToolCallPart,
  toolCallsOf,
  type ToolReturnPart,
  type UserPromptPart,
} from '../../common/messages';

/** What an offline model reads out of the messages: everything since the last thing that the user said. */
export interface Conversation {
  readonly prompt: string;
  /** Every call that was made, the latest last. */
  readonly calls: readonly ToolCallPart[];
  readonly returns: readonly ToolReturnPart[];
  readonly retries: readonly RetryPromptPart[];
  /** Those that the next answer has to deal with. */
  readonly openRetries: readonly RetryPromptPart[];
}

export function readConversation(messages: readonly ModelMessage[], instructions = ''): Conversation {
  const start = messages.findLastIndex((message) => partsOf(message).some(isPrompt));
  const turn = messages.slice(Math.max(0, start));
  const parts = turn.flatMap(partsOf);
  const prompts = parts.filter(isPrompt).map(toText);
  return {
    prompt: prompts.length === 0 ? instructions : prompts.join('\n'),
    calls: turn.flatMap((message) => (message.kind === 'response' ? toolCallsOf(message) : [])),
    returns: parts.filter((part) => part.kind === 'tool-return'),
    retries: parts.filter((part) => part.kind === 'retry-prompt'),
    openRetries: turn
      .slice(-1)
      .flatMap(partsOf)
      .filter((part) => part.kind === 'retry-prompt'),
  };
}

/** A value that some tool returned, and the names under which it stands there. */
export interface Leaf {
  readonly path: readonly string[];
  readonly value: string | number | boolean;
}

/** Everything that tools returned, the latest first. */
export function leavesOf({ returns }: Conversation): Leaf[] {
  const succeeded = returns.filter(({ outcome }) => outcome === 'success');
  return succeeded.toReversed().flatMap(({ toolName, content }) => toLeaves(content, [toolName]));
}

function toLeaves(value: JsonValue, path: readonly string[]): Leaf[] {
  if (value === null) return [];
  if (isJsonArray(value)) return value.flatMap((item: JsonValue) => toLeaves(item, path));
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, item]) => toLeaves(item, [...path, key]));
  }
  return [{ path, value }]; // neither null, nor a list, nor an object
}

function partsOf(message: ModelMessage): readonly RequestPart[] {
  return message.kind === 'request' ? message.parts : [];
}

function isPrompt(part: RequestPart): part is UserPromptPart {
  return part.kind === 'user-prompt';
}

function toText({ content }: UserPromptPart): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
}
