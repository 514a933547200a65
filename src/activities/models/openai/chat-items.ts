import type { ThinkingPart } from '../../../common/messages';

/** Names what came through Chat Completions and can only go back there; Responses items are of another form. */
export const CHAT_ITEM = 'openai-chat';

/** Where compatible servers put a model's thoughts: vLLM and OpenRouter, DeepSeek. */
export const THINKING_FIELDS = ['reasoning', 'reasoning_content'] as const;

/** The field that a thought came in; `undefined` when another API or provider had it. */
export function thinkingFieldOf({
  providerDetails,
}: ThinkingPart): (typeof THINKING_FIELDS)[number] | undefined {
  return THINKING_FIELDS.find((field) => field === providerDetails?.['field']);
}
