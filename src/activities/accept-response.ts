import { UnexpectedModelBehaviorError } from '../common/errors';
import { takeCharacters } from '../common/json';
import { responseSchema } from '../common/message-schema';
import { type ModelMessage, type ModelResponse, type ResponsePart, toolCallsOf } from '../common/messages';
import { toIssues } from '../common/options';
import { MAX_MODEL_NAME_LENGTH, MAX_TOOL_CALLS_PER_RESPONSE } from '../common/size-limits';
import { toJsonValue } from '../common/to-json-value';
import { drawRecordId } from './record-id';
import { toBoundedIssues } from './validation-issues';

/** A model's answer as it enters the transcript: bounded, and each tool call with an id that no earlier one has. */
export function acceptResponse(answer: ModelResponse, earlier: readonly ModelMessage[]): ModelResponse {
  const response = toResponse(answer);
  const calls = toolCallsOf(response).length;
  if (calls > MAX_TOOL_CALLS_PER_RESPONSE) {
    throw new UnexpectedModelBehaviorError(
      `The model made ${calls} tool calls in one response; at most ${MAX_TOOL_CALLS_PER_RESPONSE} are carried out`,
    );
  }
  if (calls === 0) return response;
  const taken = idsOf(earlier);
  return { ...response, parts: response.parts.map((part) => withUniqueId(part, taken)) };
}

/** A response that need not say what it cost. */
type Unpriced = Omit<ModelResponse, 'usage'> & Partial<Pick<ModelResponse, 'usage'>>;

/** A model may be a user's JavaScript, which no compiler has seen; what is accepted is read for as long as the run is. */
function toResponse(answer: unknown): ModelResponse {
  const parsed = responseSchema.safeParse(answer);
  if (parsed.success) {
    const response = toJsonValue(answer) as unknown as Unpriced; // just parsed
    return { ...response, usage: response.usage ?? {} };
  }
  const complaints = toBoundedIssues(toIssues(parsed.error)).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  throw new UnexpectedModelBehaviorError(
    `The model returned something that is not a response with parts: ${complaints.join('; ')}`,
  );
}

/** Of all calls, at each request anew: nothing is copied on the way. */
function idsOf(messages: readonly ModelMessage[]): Set<string> {
  const ids = new Set<string>();
  for (const message of messages) {
    if (message.kind !== 'response') continue;
    for (const part of message.parts) if (part.kind === 'tool-call') ids.add(part.toolCallId);
  }
  return ids;
}

function withUniqueId(part: ResponsePart, taken: Set<string>): ResponsePart {
  if (part.kind !== 'tool-call') return part;
  const usable = part.toolCallId !== '' && part.toolCallId.length <= MAX_MODEL_NAME_LENGTH;
  const toolCallId = usable && !taken.has(part.toolCallId) ? part.toolCallId : `call_${drawRecordId()}`;
  taken.add(toolCallId);
  return { ...part, toolName: takeCharacters(part.toolName, MAX_MODEL_NAME_LENGTH), toolCallId };
}
