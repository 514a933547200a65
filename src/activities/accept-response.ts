import { UnexpectedModelBehaviorError } from '../common/errors';
import { takeCharacters } from '../common/json';
import { type ModelMessage, type ModelResponse, type ResponsePart, toolCallsOf } from '../common/messages';
import { MAX_MODEL_NAME_LENGTH, MAX_TOOL_CALLS_PER_RESPONSE } from '../common/size-limits';
import { drawRecordId } from './record-id';

/** A model's answer as it enters the transcript: bounded, and each tool call with an id that no earlier one has. */
export function acceptResponse(response: ModelResponse, earlier: readonly ModelMessage[]): ModelResponse {
  assertHasParts(response);
  const calls = toolCallsOf(response).length;
  if (calls > MAX_TOOL_CALLS_PER_RESPONSE) {
    throw new UnexpectedModelBehaviorError(
      `The model made ${calls} tool calls in one response; at most ${MAX_TOOL_CALLS_PER_RESPONSE} are carried out`,
    );
  }
  if (calls === 0) return response;
  const taken = new Set(earlier.flatMap((message) => (message.kind === 'response' ? idsOf(message) : [])));
  return { ...response, parts: response.parts.map((part) => withUniqueId(part, taken)) };
}

/** A model may be a user's JavaScript, which no compiler has seen. */
function assertHasParts(response: unknown): void {
  const isObject = typeof response === 'object' && response !== null;
  if (isObject && 'parts' in response && Array.isArray(response.parts)) return;
  throw new UnexpectedModelBehaviorError('The model returned something that is not a response with parts');
}

function idsOf(response: ModelResponse): string[] {
  return toolCallsOf(response).map(({ toolCallId }) => toolCallId);
}

function withUniqueId(part: ResponsePart, taken: Set<string>): ResponsePart {
  if (part.kind !== 'tool-call') return part;
  const usable = part.toolCallId !== '' && part.toolCallId.length <= MAX_MODEL_NAME_LENGTH;
  const toolCallId = usable && !taken.has(part.toolCallId) ? part.toolCallId : `call_${drawRecordId()}`;
  taken.add(toolCallId);
  return { ...part, toolName: takeCharacters(part.toolName, MAX_MODEL_NAME_LENGTH), toolCallId };
}
