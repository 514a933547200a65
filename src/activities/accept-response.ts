import { UnexpectedModelBehaviorError } from '../common/errors';
import { takeCharacters } from '../common/json';
import { responseSchema } from '../common/message-schema';
import { type ModelMessage, type ModelResponse, type ToolCallPart, toolCallsOf } from '../common/messages';
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
  const own = new Set<string>();
  const isTaken = (id: string): boolean => own.has(id) || earlier.some((message) => makesCall(message, id));
  return {
    ...response,
    parts: response.parts.map((part) => {
      if (part.kind !== 'tool-call') return part;
      const call = withUsableId(part, isTaken);
      own.add(call.toolCallId);
      return call;
    }),
  };
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

/** Asked of all messages, at each request anew: nothing is copied on the way. */
function makesCall(message: ModelMessage, id: string): boolean {
  return (
    message.kind === 'response' &&
    message.parts.some((part) => part.kind === 'tool-call' && part.toolCallId === id)
  );
}

function withUsableId(call: ToolCallPart, isTaken: (id: string) => boolean): ToolCallPart {
  const { toolCallId: id, toolName } = call;
  const isUsable = id !== '' && id.length <= MAX_MODEL_NAME_LENGTH && !isTaken(id);
  return {
    ...call,
    toolName: takeCharacters(toolName, MAX_MODEL_NAME_LENGTH),
    toolCallId: isUsable ? id : `call_${drawRecordId()}`,
  };
}
