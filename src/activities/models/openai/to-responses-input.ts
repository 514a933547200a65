import type { OpenAI } from 'openai';
import type { ModelMessage, ModelResponse, RequestPart } from '../../../common/messages';
import { refusalOf } from './from-output-items';
import { toOutputItems } from './to-output-items';
import { toResponsesContent } from './to-responses-content';
import { toRetryText, toToolReturnText } from './to-text';

type InputItem = OpenAI.Responses.ResponseInputItem;

export interface ResponsesInputOptions {
  /**
   * Whether items go back with the ids they came with. A reasoning model wants that of its thoughts and of what
   * followed them; others refuse thoughts, and know no ids.
   */
  readonly keepItemIds: boolean;
}

/** The transcript, as the Responses API takes it. */
export function toResponsesInput(
  messages: readonly ModelMessage[],
  options: ResponsesInputOptions,
): InputItem[] {
  return messages.flatMap((message) =>
    message.kind === 'request' ? message.parts.map(toInputItem) : toAnsweredItems(message, options),
  );
}

function toAnsweredItems(response: ModelResponse, { keepItemIds }: ResponsesInputOptions): InputItem[] {
  // Ids and encrypted thoughts of another provider mean nothing here.
  const items = toOutputItems(response, { keepItemIds: keepItemIds && response.providerName === 'openai' });
  return [...items, ...toRefusal(response)];
}

/** A refusal that came through Chat Completions; one of Responses is among the items. */
function toRefusal({ parts, providerDetails, providerName }: ModelResponse): InputItem[] {
  const refusal = providerDetails?.['refusal'];
  const isTold = providerName !== 'openai' || refusalOf(parts) !== undefined;
  return typeof refusal !== 'string' || isTold ? [] : [{ role: 'assistant', content: refusal }];
}

function toInputItem(part: RequestPart): InputItem {
  switch (part.kind) {
    case 'system-prompt':
      return { role: 'system', content: part.content };
    case 'user-prompt':
      return { role: 'user', content: toResponsesContent(part.content) };
    case 'tool-return':
      return { type: 'function_call_output', call_id: part.toolCallId, output: toToolReturnText(part) };
    case 'retry-prompt':
      if (part.toolCallId === undefined) return { role: 'user', content: toRetryText(part) };
      return { type: 'function_call_output', call_id: part.toolCallId, output: toRetryText(part) };
  }
}
