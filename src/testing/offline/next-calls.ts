import { isJsonObject } from '../../common/json';
import type { ToolDescription } from '../../common/model';
import type { ScriptedCall } from '../answer';
import { type Conversation, leavesOf } from './conversation';
import { fillSchema, type Filled } from './fill-schema';
import { refusalOf } from './refusal';

/**
 * The calls to make now: those that were sent back for the first time, and each tool that was not called yet and whose
 * arguments the conversation says. A tool that still lacks something waits for what the others return.
 */
export function nextCalls(tools: readonly ToolDescription[], conversation: Conversation): ScriptedCall[] {
  const repeated = tools.filter(({ name }) => isWorthARetry(name, conversation));
  const fresh = tools
    .filter(({ name }) => !conversation.calls.some(({ toolName }) => toolName === name))
    .map((tool) => ({ tool, filled: fillArguments(tool, conversation) }));
  const ready = fresh.filter(({ filled }) => filled.certain);
  const calls = [...repeated.map((tool) => repeatCall(tool, conversation)), ...ready.map(toCall)];
  return calls.length > 0 ? calls : fresh.slice(0, 1).map(toCall);
}

/** Once: a tool that sends the second try back, too, is left at that. */
function isWorthARetry(name: string, { openRetries, retries }: Conversation): boolean {
  const open = openRetries.filter(({ toolName }) => toolName === name).length;
  return open > 0 && open === retries.filter(({ toolName }) => toolName === name).length;
}

function fillArguments({ parameters }: ToolDescription, conversation: Conversation): Filled {
  return fillSchema(parameters, { sources: { text: conversation.prompt, leaves: leavesOf(conversation) } });
}

function repeatCall({ name, parameters }: ToolDescription, conversation: Conversation): ScriptedCall {
  const { said, hasIssues, refused } = refusalOf(name, conversation);
  const text = [...said, conversation.prompt].join('\n');
  const sources = { text, leaves: leavesOf(conversation) };
  return toCall({
    tool: { name },
    filled: fillSchema(parameters, { sources, refused, everything: hasIssues }),
  });
}

function toCall({ tool, filled }: { tool: { name: string }; filled: Pick<Filled, 'value'> }): ScriptedCall {
  return { tool: tool.name, args: isJsonObject(filled.value) ? filled.value : {} };
}
