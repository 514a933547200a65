import type { OpenAI } from 'openai';
import { isJsonArray, type JsonObject } from '../../../common/json';
import type {
  ModelResponse,
  ResponsePart,
  TextPart,
  ThinkingPart,
  ToolCallPart,
} from '../../../common/messages';
import { detailObject } from './details';
import { toArgumentsText, toThinkingText } from './to-text';

type InputItem = OpenAI.Responses.ResponseInputItem;
type Annotation = OpenAI.Responses.ResponseOutputText['annotations'][number];
type Group = readonly [ResponsePart, ...ResponsePart[]];

/** What a model answered earlier, as the items it came from. */
export function toOutputItems(response: ModelResponse, options: { keepItemIds: boolean }): InputItem[] {
  return groupByItem(response.parts).flatMap((group) => toItems(group, options.keepItemIds));
}

/** One item can hold several texts; they became parts with one id, side by side. */
function groupByItem(parts: readonly ResponsePart[]): Group[] {
  const groups: [ResponsePart, ...ResponsePart[]][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (last !== undefined && isSameItem(last[0], part)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

function isSameItem(left: ResponsePart, right: ResponsePart): boolean {
  return left.kind === right.kind && left.id !== undefined && left.id === right.id;
}

function toItems(group: Group, keepIds: boolean): InputItem[] {
  const [first] = group;
  switch (first.kind) {
    case 'text':
      return [toMessage(first, group as readonly TextPart[], keepIds)]; // a group is of one kind
    case 'thinking':
      return toReasoning(first, group as readonly ThinkingPart[], keepIds); // a group is of one kind
    case 'tool-call':
      return [toFunctionCall(first, keepIds)];
    case 'provider-item':
      // Whatever it was, the API sent it as an item of this list.
      return first.providerName === 'openai' ? [first.item as unknown as InputItem] : [];
  }
}

function toMessage(first: TextPart, parts: readonly TextPart[], keepIds: boolean): InputItem {
  if (!keepIds || first.id === undefined) {
    return { role: 'assistant', content: parts.map(({ content }) => content).join('') };
  }
  return {
    type: 'message',
    id: first.id,
    role: 'assistant',
    status: 'completed',
    content: parts.map(({ content, providerDetails }) => ({
      type: 'output_text',
      text: content,
      annotations: annotationsOf(providerDetails),
    })),
    ...detailObject(first.providerDetails, 'item'),
  };
}

/** As they came, if they came: what the model cited belongs to what it said. */
function annotationsOf(details: JsonObject | undefined): Annotation[] {
  const annotations = details?.['annotations'];
  return isJsonArray(annotations)
    ? ([...annotations] as unknown as Annotation[]) /* the API's own, kept */
    : [];
}

function toReasoning(first: ThinkingPart, parts: readonly ThinkingPart[], keepIds: boolean): InputItem[] {
  if (!keepIds || first.id === undefined) {
    const content = toThinkingText(parts);
    return content === '' ? [] : [{ role: 'assistant', content }];
  }
  const texts = parts.filter(({ content }) => content !== '');
  const raw = texts.filter(isRaw).map(({ content }) => ({ type: 'reasoning_text' as const, text: content }));
  const summary = texts.filter((part) => !isRaw(part));
  return [
    {
      type: 'reasoning',
      id: first.id,
      summary: summary.map(({ content }) => ({ type: 'summary_text', text: content })),
      ...(raw.length === 0 ? {} : { content: raw }),
      ...(first.signature === undefined ? {} : { encrypted_content: first.signature }),
      ...detailObject(first.providerDetails, 'item'),
    },
  ];
}

function isRaw({ providerDetails }: ThinkingPart): boolean {
  return providerDetails?.['type'] === 'reasoning_text';
}

function toFunctionCall(call: ToolCallPart, keepIds: boolean): InputItem {
  const { id, toolCallId, toolName, providerDetails } = call;
  return {
    type: 'function_call',
    call_id: toolCallId,
    name: toolName,
    arguments: toArgumentsText(call),
    ...(keepIds && id !== undefined ? { id, ...detailObject(providerDetails, 'item') } : {}),
  };
}
