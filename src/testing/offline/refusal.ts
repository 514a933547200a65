import { isJsonObject, type JsonObject, type JsonValue } from '../../common/json';
import type { ToolCallPart } from '../../common/messages';
import type { Conversation } from './conversation';

/** Why the last call of a tool was sent back. */
export interface Refusal {
  /** In words. */
  readonly said: readonly string[];
  /** True when fields were complained about: then also those that could be left out are filled. */
  readonly hasIssues: boolean;
  /** The values that were complained about, or all when none was named. */
  readonly refused: readonly JsonValue[];
}

export function refusalOf(toolName: string, { calls, openRetries }: Conversation): Refusal {
  const complaints = openRetries.filter((part) => part.toolName === toolName).map(({ content }) => content);
  const issues = complaints.flatMap((content) => (typeof content === 'string' ? [] : content));
  const last = calls.findLast((call) => call.toolName === toolName);
  const fields = issues.map(({ path }) => path.split('.', 1)[0]);
  const values = Object.entries(last === undefined || complaints.length === 0 ? {} : toObject(last.args));
  return {
    said: complaints.filter((content) => typeof content === 'string'),
    hasIssues: issues.length > 0,
    refused: values.filter(([key]) => fields.length === 0 || fields.includes(key)).map(([, value]) => value),
  };
}

function toObject(args: ToolCallPart['args']): JsonObject {
  if (typeof args !== 'string') return args;
  const parsed: unknown = JSON.parse(args === '' ? '{}' : args); // this model wrote it
  return isJsonObject(parsed) ? parsed : {};
}
