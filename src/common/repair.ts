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
 * without a result get an `interrupted` one, the first of two results stays and stands right behind its call, and
 * neighbours of one kind become one message with tool results in front. Deterministic, and idempotent.
 */
export function repairMessages(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return isInOrder(messages) ? messages : mergeNeighbours(pairCallsAndResults(messages));
}

/**
 * Whether there is nothing to repair for certain, as in almost every history, at each request anew: requests and
 * responses take turns, and what stands behind a response answers all its calls, one after the other and before anything else.
 */
function isInOrder(messages: readonly ModelMessage[]): boolean {
  let before: ModelMessage | undefined;
  for (const message of messages) {
    if (message.kind === before?.kind) return false;
    if (message.kind === 'request' && !answersInOrder(message, before)) return false;
    before = message;
  }
  return before?.kind !== 'response' || !before.parts.some(isToolCall);
}

/** Nothing is copied on the way: this is done for each message, at each request. */
function answersInOrder({ parts }: ModelRequest, asked: ModelMessage | undefined): boolean {
  let answers = 0;
  for (const part of asked?.parts ?? []) {
    if (!isToolCall(part)) continue;
    const answer = parts[answers];
    if (answer === undefined || answeredCall(answer) !== part.toolCallId) return false;
    answers += 1;
  }
  return parts.every((part, index) => index < answers || answeredCall(part) === undefined);
}

function isToolCall(part: ModelMessage['parts'][number]): part is ToolCallPart {
  return part.kind === 'tool-call';
}

/** A message, and what became of its calls. */
interface Entry {
  readonly message: ModelMessage;
  readonly calls: readonly Call[];
}

interface Call {
  readonly call: ToolCallPart;
  /** The number of its response. */
  readonly turn: number;
  answered: boolean;
  /** A result that came after another response; providers want it right behind its call. */
  late?: RequestPart;
}

/**
 * A result answers the latest call of its id that has none yet: some providers number the calls of each response anew.
 * Results that answer nothing are dropped; behind a response the calls without result get an `interrupted` one.
 */
function pairCallsAndResults(messages: readonly ModelMessage[]): ModelMessage[] {
  const pairing = new Pairing();
  for (const message of messages) {
    if (message.kind === 'response') pairing.addResponse(message);
    else pairing.addRequest(message);
  }
  return pairing.entries.flatMap(withMissingResults);
}

class Pairing {
  readonly entries: Entry[] = [];
  readonly #open = new Map<string, Call[]>();
  #turn = 0;

  addResponse(message: ModelResponse): void {
    const last = this.entries.at(-1);
    const merged = last && merge(last.message, message);
    if (merged === undefined) this.#turn++;
    const calls = toolCallsOf(message).map((call): Call => ({ call, turn: this.#turn, answered: false }));
    for (const call of calls) {
      const { toolCallId } = call.call;
      this.#open.set(toolCallId, [...(this.#open.get(toolCallId) ?? []), call]);
    }
    if (last === undefined || merged === undefined) this.entries.push({ message, calls });
    else this.entries[this.entries.length - 1] = { message: merged, calls: [...last.calls, ...calls] };
  }

  addRequest(message: ModelRequest): void {
    const parts = message.parts.filter((part) => this.#staysInPlace(part));
    const isEmptied = parts.length === 0 && message.parts.length > 0;
    if (!isEmptied) this.entries.push({ message: { ...message, parts: withResultsFirst(parts) }, calls: [] });
  }

  #staysInPlace(part: RequestPart): boolean {
    const id = answeredCall(part);
    if (id === undefined) return true;
    const answered = this.#open.get(id)?.pop();
    if (answered === undefined) return false;
    answered.answered = true;
    if (answered.turn === this.#turn) return true;
    answered.late = part;
    return false;
  }
}

function withMissingResults({ message, calls }: Entry): ModelMessage[] {
  const parts = calls.flatMap(({ call, answered, late }) =>
    answered ? (late ?? []) : [toInterruptedReturn(call)],
  );
  return parts.length === 0 ? [message] : [message, { kind: 'request', parts }];
}

/** Whether some call of a response is answered by none of the messages after it. */
export function hasOpenCalls(response: ModelResponse, after: readonly ModelMessage[]): boolean {
  const answered = new Set(after.flatMap(answeredCalls));
  return toolCallsOf(response).some(({ toolCallId }) => !answered.has(toolCallId));
}

function toInterruptedReturn({ toolName, toolCallId }: ToolCallPart): RequestPart {
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
  return { kind: 'request', parts: withResultsFirst([...left.parts, ...right.parts]) };
}

function withResultsFirst(parts: readonly RequestPart[]): RequestPart[] {
  const results = parts.filter((part) => answeredCall(part) !== undefined);
  return [...results, ...parts.filter((part) => answeredCall(part) === undefined)];
}

function isHandWritten({ modelName, providerResponseId }: ModelResponse): boolean {
  return modelName === undefined && providerResponseId === undefined;
}

function answeredCalls(message: ModelMessage): string[] {
  if (message.kind === 'response') return [];
  return message.parts.map(answeredCall).filter((id) => id !== undefined);
}

/** The id of the call that a part answers. */
export function answeredCall(part: RequestPart): string | undefined {
  return part.kind === 'tool-return' || part.kind === 'retry-prompt' ? part.toolCallId : undefined;
}
