import { isJsonObject, type JsonObject } from '../common/json';
import type { ModelMessage, ModelResponse, ResponsePart } from '../common/messages';
import type { ResponseUsage } from '../common/usage';

/** A tool call as a test writes it. */
export interface ScriptedCall {
  readonly tool: string;
  /** A text is sent as it is, valid or not. @default {} */
  readonly args?: JsonObject | string;
}

/** What a model of a test answers: a text, tool calls, both with their usage, or a whole response. */
export type Answer =
  | string
  | readonly ScriptedCall[]
  | {
      readonly text?: string;
      readonly calls?: readonly ScriptedCall[];
      readonly usage?: ResponseUsage;
      readonly finishReason?: ModelResponse['finishReason'];
    }
  | ModelResponse;

/** Without a usage of its own, an answer counts as this. */
const DEFAULT_USAGE: ResponseUsage = { inputTokens: 10, outputTokens: 5 };

export function toModelResponse(
  answer: Answer,
  { name, messages }: { name: string; messages: readonly ModelMessage[] },
): ModelResponse {
  if (isResponse(answer)) return answer;
  const { text, calls = [], usage = DEFAULT_USAGE, finishReason } = toFullAnswer(answer);
  const parts: ResponsePart[] = text === undefined ? [] : [{ kind: 'text', content: text }];
  calls.forEach(({ tool, args = {} }, index) => {
    const toolCallId = `call_${messages.length}_${index + 1}`;
    parts.push({ kind: 'tool-call', toolName: tool, args: toText(args), toolCallId });
  });
  return {
    kind: 'response',
    parts,
    usage,
    modelName: name,
    finishReason: finishReason ?? (calls.length > 0 ? 'tool_call' : 'stop'),
  };
}

type FullAnswer = Exclude<Answer, string | readonly ScriptedCall[] | ModelResponse>;

function toFullAnswer(answer: Exclude<Answer, ModelResponse>): FullAnswer {
  if (typeof answer === 'string') return { text: answer };
  return 'length' in answer ? { calls: answer } : answer;
}

function isResponse(answer: Answer): answer is ModelResponse {
  return typeof answer === 'object' && 'kind' in answer;
}

function toText(args: JsonObject | string): string {
  return isJsonObject(args) ? JSON.stringify(args) : args;
}
