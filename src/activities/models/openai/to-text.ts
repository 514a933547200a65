import type { RetryPromptPart, ThinkingPart, ToolCallPart, ToolReturnPart } from '../../../common/messages';

/** The arguments of a call, as the model wrote them; none are `{}`, because compatible servers parse them. */
export function toArgumentsText({ args }: ToolCallPart): string {
  return typeof args === 'string' ? args || '{}' : JSON.stringify(args);
}

/** What a tool returned, as the model reads it: a text as it is, anything else as JSON. */
export function toToolReturnText({ content }: ToolReturnPart): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** The request to try again, worded as in pydantic-ai. */
export function toRetryText({ content, toolName }: RetryPromptPart): string {
  return `${toComplaint(content, toolName)}\n\nFix the errors and try again.`;
}

function toComplaint(content: RetryPromptPart['content'], toolName: string | undefined): string {
  if (typeof content === 'string') {
    return toolName === undefined ? `Validation feedback:\n${content}` : content;
  }
  const heading = `${content.length} validation error${content.length === 1 ? '' : 's'}:`;
  return `${heading}\n\`\`\`json\n${JSON.stringify(content, null, 2)}\n\`\`\``;
}

/** Thoughts that the API has no place for, because another provider had them: told as text, as in pydantic-ai. */
export function toThinkingText(parts: readonly ThinkingPart[]): string {
  const thoughts = parts.map(({ content }) => content).filter((content) => content !== '');
  return thoughts.length === 0 ? '' : `<think>\n${thoughts.join('\n\n')}\n</think>`;
}
