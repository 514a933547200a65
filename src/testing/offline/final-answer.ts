import { isJsonArray, isJsonObject, type JsonValue, toOneLine } from '../../common/json';
import type { ToolReturnPart } from '../../common/messages';
import type { ToolDescription } from '../../common/model';
import type { ScriptedCall } from '../answer';
import { type Conversation, leavesOf } from './conversation';
import { fillSchema } from './fill-schema';
import { refusalOf } from './refusal';
import { toText, wordsOf } from './words';

const MAX_ANSWER_LENGTH = 1_000;

/** What the tools returned, in words. */
export function toSummary({ prompt, returns }: Conversation): string {
  if (returns.length === 0) {
    return `This is the offline model: it calls tools by rule and knows nothing by itself. It was asked: ${toOneLine(prompt, 200)}`;
  }
  return toOneLine(returns.map(describeReturn).join(' '), MAX_ANSWER_LENGTH);
}

/** The final answer as a call of the output tool, valid against its schema as far as rules can make it so. */
export function toOutputCall(
  { name, parameters }: ToolDescription,
  conversation: Conversation,
): ScriptedCall {
  const functionReturns = conversation.returns.filter(({ toolName }) => toolName !== name);
  const known: Conversation = { ...conversation, returns: functionReturns };
  const { refused } = refusalOf(name, conversation);
  const { value } = fillSchema(parameters, {
    sources: { text: conversation.prompt, leaves: leavesOf(known), summary: toSummary(known) },
    refused,
    everything: conversation.openRetries.length > 0,
  });
  return { tool: name, args: isJsonObject(value) ? value : {} };
}

function describeReturn({ toolName, content, outcome }: ToolReturnPart): string {
  const label = wordsOf(toolName).join(' ');
  const capitalized = label.charAt(0).toUpperCase() + label.slice(1);
  return `${capitalized}${outcome === 'success' ? '' : ` ${outcome}`}: ${describe(content)}.`;
}

function describe(value: JsonValue): string {
  if (isJsonArray(value)) return value.length === 0 ? 'nothing' : value.map(describe).join('; ');
  if (isJsonObject(value)) {
    return Object.entries(value)
      .map(([key, item]) => `${wordsOf(key).join(' ')} ${describe(item)}`)
      .join(', ');
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === null ? 'nothing' : toText(value).replace(/\.$/, '');
}
