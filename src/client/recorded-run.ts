import { isJsonObject } from '../common/json';
import type { ModelMessage, ModelResponse, RequestPart } from '../common/messages';
import { type MessageDescriptor, toMessage } from '../common/transcript';
import { addUsage, NO_USAGE, type Usage, withResponseUsage } from '../common/usage';
import {
  type ModelRequestInput,
  type ModelRequestResult,
  type RunFailureDetail,
  type RunInput,
  type RunOutcome,
  type RunRequest,
  toFirstMessage,
  type ToolCallContext,
  type ToolCallResult,
  toRunRequest,
  toToolPart,
} from '../common/wire';

/**
 * What a run's history says: no worker is needed to read it, and it is there also for runs that were cancelled or
 * terminated.
 */
export class RecordedRun {
  request: RunRequest = {};
  usage: Usage = NO_USAGE;
  readonly messages: ModelMessage[] = [];
  cancelReason: string | undefined;
  readonly #responses = new Map<string, ModelResponse>();
  readonly #parts = new Map<string, RequestPart>();
  /** Produced since the last model request was made up: nobody has put it into a message yet. */
  #unsent: { readonly response?: ModelResponse; readonly parts: RequestPart[] } = { parts: [] };

  start(input: RunInput): void {
    const request = toRunRequest(input);
    if (!isJsonObject(request)) return; // others may start a run with anything; the worker has refused it
    this.request = request;
    this.usage = addUsage(NO_USAGE, this.request.usage ?? {});
  }

  modelRequested({ transcript }: ModelRequestInput): void {
    this.#append(transcript.append);
    this.#unsent = { parts: [] };
  }

  modelResponded({ id, response }: ModelRequestResult): void {
    this.#responses.set(id, response);
    this.#unsent = { response, parts: [] };
    this.usage = withResponseUsage(this.usage, response.usage);
  }

  toolReturned(toolName: string, { toolCallId }: ToolCallContext, result: ToolCallResult): void {
    const part = toToolPart({ toolName, toolCallId }, result);
    this.#parts.set(result.id, part);
    this.#unsent.parts.push(part);
    const succeeded = part.kind === 'tool-return' && part.outcome === 'success';
    if (succeeded) this.usage = addUsage(this.usage, { toolCalls: 1 });
  }

  end({ tail }: Pick<RunOutcome | RunFailureDetail, 'tail'>): void {
    if (tail === undefined) return;
    this.#append(tail);
    this.#unsent = { parts: [] };
  }

  response(id: string): ModelResponse | undefined {
    return this.#responses.get(id);
  }

  /** The messages, with what was produced after the last one that the run made up itself. */
  messagesSoFar(): readonly ModelMessage[] {
    const { response, parts } = this.#unsent;
    if (this.messages.length === 0) return [toFirstMessage(this.request)];
    if (response === undefined) return this.messages;
    const returns: ModelMessage[] = parts.length === 0 ? [] : [{ kind: 'request', parts }];
    return [...this.messages, response, ...returns];
  }

  #append(descriptors: readonly MessageDescriptor[]): void {
    for (const descriptor of descriptors) {
      const message = toMessage(descriptor, {
        input: () => toFirstMessage(this.request),
        response: (id) => this.#responses.get(id),
        part: (id) => this.#parts.get(id),
      });
      if (message === undefined) {
        throw new Error(`the run's history lacks what ${JSON.stringify(descriptor)} refers to`);
      }
      this.messages.push(message);
    }
  }
}
