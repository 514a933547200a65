// Bodies of OpenAI's two APIs, no larger than they must be; all of them written here.
import type { JsonObject } from '../../src/common/json';

type Arguments = JsonObject | string;

export interface ToolCallBody {
  readonly name: string;
  readonly args?: Arguments;
  readonly id?: string;
}

/** Counters of one response. */
export interface UsageBody {
  readonly input?: number;
  readonly output?: number;
}

let calls = 0;

export function chatText(content: string, usage?: UsageBody): JsonObject {
  return chatMessage({ role: 'assistant', content }, 'stop', usage);
}

export function chatToolCall(name: string, args: Arguments = {}, usage?: UsageBody): JsonObject {
  return chatToolCalls([{ name, args }], usage);
}

export function chatToolCalls(toolCalls: readonly ToolCallBody[], usage?: UsageBody): JsonObject {
  const tool_calls = toolCalls.map(({ name, args, id }) => ({
    id: id ?? `call_${++calls}`,
    type: 'function',
    function: { name, arguments: toText(args) },
  }));
  return chatMessage({ role: 'assistant', content: null, tool_calls }, 'tool_calls', usage);
}

export function chatMessage(message: JsonObject, finish_reason: string, usage?: UsageBody): JsonObject {
  const { input = 10, output = 5 } = usage ?? {};
  return {
    id: `chatcmpl-${++calls}`,
    object: 'chat.completion',
    created: 1_750_000_000,
    model: 'scripted-model',
    choices: [{ index: 0, message, finish_reason }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
}

export function responsesText(text: string, usage?: UsageBody): JsonObject {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return responsesOutput(
    [{ type: 'message', id: `msg_${++calls}`, role: 'assistant', status: 'completed', content }],
    {
      usage,
    },
  );
}

export function responsesToolCall(name: string, args: Arguments = {}, usage?: UsageBody): JsonObject {
  return responsesToolCalls([{ name, args }], usage);
}

export function responsesToolCalls(toolCalls: readonly ToolCallBody[], usage?: UsageBody): JsonObject {
  const output = toolCalls.map(({ name, args, id }) => ({
    type: 'function_call',
    id: `fc_${++calls}`,
    call_id: id ?? `call_${calls}`,
    name,
    arguments: toText(args),
    status: 'completed',
  }));
  return responsesOutput(output, { usage });
}

export interface ResponsesOptions {
  readonly usage?: UsageBody | undefined;
  /** Other fields of the body. */
  readonly more?: JsonObject;
}

export function responsesOutput(
  output: readonly JsonObject[],
  { usage, more }: ResponsesOptions = {},
): JsonObject {
  const { input = 10, output: tokens = 5 } = usage ?? {};
  return {
    id: `resp_${++calls}`,
    object: 'response',
    created_at: 1_750_000_000,
    model: 'scripted-model',
    status: 'completed',
    output,
    usage: { input_tokens: input, output_tokens: tokens, total_tokens: input + tokens },
    ...more,
  };
}

/** OpenAI's error body. */
export function errorBody(message: string, code: string | null = null): JsonObject {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}

function toText(args: Arguments = {}): string {
  return typeof args === 'string' ? args : JSON.stringify(args);
}
