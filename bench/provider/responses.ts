import { MODEL, TOOL } from '../task';
import { DEFAULT_ANSWER_BYTES, DEFAULT_RESULT_BYTES, type Script } from './script';

/** The body of a Chat Completions response. */
export function toResponse({ script, position }: { script: Script; position: number }): object {
  const { calls, resultBytes = DEFAULT_RESULT_BYTES, answerBytes = DEFAULT_ANSWER_BYTES } = script;
  if (position >= calls) {
    return completion({ role: 'assistant', content: 'x'.repeat(answerBytes) }, 'stop');
  }
  const args = JSON.stringify({ page: position, bytes: resultBytes });
  const call = {
    id: `call_${position}`,
    type: 'function',
    function: { name: TOOL.name, arguments: args },
  };
  return completion({ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls');
}

function completion(message: object, finishReason: string): object {
  return {
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_750_000_000,
    model: MODEL,
    choices: [{ index: 0, message, finish_reason: finishReason }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  };
}

export const REFUSAL = { error: { message: 'come again later', type: 'overload', param: null, code: null } };
