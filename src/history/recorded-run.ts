import { isJsonObject } from '../common/json';
import { type ModelMessage, type ModelResponse, type RequestPart, toolCallsOf } from '../common/messages';
import { type MessageDescriptor, toMessages } from '../common/transcript';
import { hasOpenCalls } from '../common/repair';
import { historyOf } from '../common/packed-messages';
import { addUsage, NO_USAGE, type Usage, withResponseUsage } from '../common/usage';
import {
  type AgentManifest,
  type ModelRequestInput,
  type ModelRequestResult,
  type PackedMessages,
  type RunFailureDetail,
  type RunInput,
  type RunOutcome,
  type RunRequest,
  type StartPlan,
  toFirstMessage,
  type ToolCallResult,
  toRunRequest,
  contentId,
  toToolContentPart,
  toToolPart,
} from '../common/wire';

/** A response that no request has been made after, and what tools returned since. */
interface Unsent {
  readonly response?: ModelResponse;
  readonly returned: {
    readonly toolCallId: string;
    readonly part: RequestPart;
    readonly content: RequestPart | undefined;
  }[];
}

/**
 * What a run's history says: no worker is needed to read it, and it is there also for runs that were cancelled or
 * terminated.
 */
export class RecordedRun {
  request: RunRequest = {};
  usage: Usage = NO_USAGE;
  readonly messages: ModelMessage[] = [];
  cancelReason: string | undefined;
  /** Whether the run is over, one way or another. */
  ended = false;
  readonly #responses = new Map<string, ModelResponse>();
  readonly #parts = new Map<string, RequestPart>();
  /** Produced since the last model request was made up: nobody has put it into a message yet. */
  #unsent: Unsent = { returned: [] };
  #start: StartPlan | undefined;

  start(input: RunInput): void {
    const request = toRunRequest(input);
    if (!isJsonObject(request)) return; // others may start a run with anything; the worker has refused it
    this.request = request;
    this.usage = addUsage(NO_USAGE, this.request.usage ?? {});
  }

  /** How the run goes on from earlier messages, as the worker planned it. */
  resolved({ start }: AgentManifest): void {
    this.#start = start;
  }

  modelRequested({ transcript }: ModelRequestInput): void {
    this.#append(transcript.append);
    this.#unsent = { returned: [] };
  }

  modelResponded(result: ModelRequestResult): void {
    if ('exceeded' in result) return;
    const { id, response } = result;
    this.#responses.set(id, response);
    this.#unsent = { response, returned: [] };
    this.usage = withResponseUsage(this.usage, response.usage);
  }

  toolReturned(toolName: string, toolCallId: string, result: ToolCallResult): void {
    const part = toToolPart({ toolName, toolCallId }, result);
    const content = toToolContentPart(result);
    this.#parts.set(result.id, part);
    if (content !== undefined) this.#parts.set(contentId(result.id), content);
    this.#unsent.returned.push({ toolCallId, part, content });
    const succeeded = part.kind === 'tool-return' && part.outcome === 'success';
    if (succeeded) this.usage = addUsage(this.usage, { toolCalls: 1 });
  }

  end({ tail }: Pick<RunOutcome | RunFailureDetail, 'tail'>): void {
    if (tail === undefined) return;
    this.#append(tail);
    this.#unsent = { returned: [] };
  }

  /** The messages of another run that this one continues. */
  transcriptLoaded(packed: PackedMessages): void {
    this.request = { ...this.request, messageHistory: packed };
  }

  /** How many of the messages are of earlier runs. */
  historyLength(): number {
    return historyOf(this.request).length;
  }

  response(id: string): ModelResponse | undefined {
    return this.#responses.get(id);
  }

  /** The messages, with what was produced after the last one that the run made up itself. */
  messagesSoFar(): readonly ModelMessage[] {
    const { response } = this.#unsent;
    const told = this.messages.length === 0 ? this.#toldFirst() : this.messages;
    const answered = response === undefined ? told : [...told, response];
    const messages = [...answered, ...toReturns(this.#unsent, answered.at(-1))];
    return this.ended ? markInterrupted(messages) : messages;
  }

  /** What the first model request is told, if nothing comes of the last response of earlier runs before it. */
  #toldFirst(): readonly ModelMessage[] {
    const history = historyOf(this.request);
    const isAsked = this.#start === undefined || this.#start.kind === 'ask';
    return isAsked ? [...history, toFirstMessage(this.request)] : history;
  }

  #append(descriptors: readonly MessageDescriptor[]): void {
    for (const descriptor of descriptors) {
      const messages = toMessages(descriptor, {
        history: () => historyOf(this.request),
        input: () => toFirstMessage(this.request),
        response: (id) => this.#responses.get(id),
        part: (id) => this.#parts.get(id),
      });
      if (messages === undefined) {
        throw new Error(`the run's history lacks what ${JSON.stringify(descriptor)} refers to`);
      }
      this.messages.push(...messages);
    }
  }
}

/** What tools returned, in the order of their calls, and behind it what they want read as the user's words. */
function toReturns({ returned }: Unsent, last: ModelMessage | undefined): ModelMessage[] {
  if (returned.length === 0) return [];
  const order = last?.kind === 'response' ? toolCallsOf(last).map(({ toolCallId }) => toolCallId) : [];
  const inOrder = returned.toSorted(
    (left, right) => order.indexOf(left.toolCallId) - order.indexOf(right.toolCallId),
  );
  const contents = inOrder.flatMap(({ content }) => (content === undefined ? [] : [content]));
  return [{ kind: 'request', parts: [...inOrder.map(({ part }) => part), ...contents] }];
}

/** Marks a response whose calls nobody will answer any more, so that the messages can be continued. */
function markInterrupted(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const last = messages.findLastIndex(({ kind }) => kind === 'response');
  return messages.map((message, index) =>
    index === last && message.kind === 'response' && hasOpenCalls(message, messages.slice(index + 1))
      ? { ...message, state: 'interrupted' }
      : message,
  );
}
