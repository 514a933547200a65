import {
  type ModelMessage,
  type ModelRequest,
  type ModelResponse,
  type RequestPart,
  type ToolCallPart,
  toolCallsOf,
} from './messages';

/** What the model is told of a call whose run ended before the call did. */
export const INTERRUPTED_CALL = 'The call was interrupted, and has no result.';

/**
 * Makes a history one that a provider accepts, dropping only what cannot be sent: results without a call go, calls
 * without a result get an `interrupted` one, the first of two results stays, and neighbours of one kind become one
 * message with tool results in front. Deterministic, and idempotent.
 */
export function repairMessages(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return mergeNeighbours(answerOpenCalls(dropStrayResults(messages)));
}

/** Keeps the first result of each call that was made before it. */
function dropStrayResults(messages: readonly ModelMessage[]): ModelMessage[] {
  const open = new Set<string>();
  const kept: ModelMessage[] = [];
  for (const message of messages) {
    if (message.kind === 'response') {
      for (const { toolCallId } of toolCallsOf(message)) open.add(toolCallId);
      kept.push(message);
      continue;
    }
    const parts = message.parts.filter((part) => {
      const id = answeredCall(part);
      return id === undefined || open.delete(id);
    });
    if (parts.length > 0 || message.parts.length === 0) kept.push({ ...message, parts });
  }
  return kept;
}

/** Puts an `interrupted` result right behind each response with calls that nothing answers. */
function answerOpenCalls(messages: readonly ModelMessage[]): ModelMessage[] {
  const answered = new Set(messages.flatMap(answeredCalls));
  return messages.flatMap((message): ModelMessage[] => {
    if (message.kind === 'request') return [message];
    const open = toolCallsOf(message).filter(({ toolCallId }) => !answered.has(toolCallId));
    return open.length === 0
      ? [message]
      : [message, { kind: 'request', parts: open.map(toInterruptedReturn) }];
  });
}

export function toInterruptedReturn({ toolName, toolCallId }: ToolCallPart): RequestPart {
  return { kind: 'tool-return', toolName, toolCallId, content: INTERRUPTED_CALL, outcome: 'interrupted' };
}

function mergeNeighbours(messages: readonly ModelMessage[]): ModelMessage[] {
  const merged: ModelMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    const both = last && merge(last, message);
    if (both === undefined) merged.push(message);
    else merged[merged.length - 1] = both;
  }
  return merged;
}

function merge(left: ModelMessage, right: ModelMessage): ModelMessage | undefined {
  if (left.kind === 'request' && right.kind === 'request') return mergeRequests(left, right);
  if (left.kind === 'response' && right.kind === 'response' && isHandWritten(left) && isHandWritten(right)) {
    return { ...left, ...right, parts: [...left.parts, ...right.parts] };
  }
  return undefined;
}

function mergeRequests(left: ModelRequest, right: ModelRequest): ModelRequest {
  const parts = [...left.parts, ...right.parts];
  const results = parts.filter((part) => answeredCall(part) !== undefined);
  return {
    kind: 'request',
    parts: [...results, ...parts.filter((part) => answeredCall(part) === undefined)],
  };
}

function isHandWritten({ modelName, providerResponseId }: ModelResponse): boolean {
  return modelName === undefined && providerResponseId === undefined;
}

function answeredCalls(message: ModelMessage): string[] {
  if (message.kind === 'response') return [];
  return message.parts.map(answeredCall).filter((id) => id !== undefined);
}

function answeredCall(part: RequestPart): string | undefined {
  return part.kind === 'tool-return' || part.kind === 'retry-prompt' ? part.toolCallId : undefined;
}
