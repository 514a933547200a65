import type { CarriedRun } from '../common/carried-run';
import { isJsonObject } from '../common/json';
import type { ModelMessage, ModelResponse } from '../common/messages';
import { historyOf } from '../common/packed-messages';
import { addUsage, NO_USAGE, type Usage, withResponseUsage } from '../common/usage';
import {
  type AgentManifest,
  type CompactionInput,
  type CompactionResult,
  type LoadedTranscript,
  type ModelRequestInput,
  type ModelRequestResult,
  type RunFailureDetail,
  type RunInput,
  type RunOutcome,
  type RunRequest,
  type StartPlan,
  toFirstMessage,
  type ToolCallResult,
  toRunRequest,
} from '../common/wire';
import { type Compaction, toCompaction } from './compaction';
import { markInterrupted, RecordedMessages } from './recorded-messages';

/**
 * What a run's history says: no worker is needed to read it, and it is there also for runs that were cancelled or
 * terminated.
 */
export class RecordedRun {
  request: RunRequest = {};
  usage: Usage = NO_USAGE;
  readonly compactions: Compaction[] = [];
  cancelReason: string | undefined;
  /** Whether the run is over, one way or another. */
  ended = false;
  /** Whether another workflow run goes on with it. */
  goesOn = false;
  readonly #messages = new RecordedMessages({
    history: () => historyOf(this.request),
    input: () => toFirstMessage(this.request),
  });
  #plan: StartPlan | undefined;
  /** What the first of the workflow runs that are read was handed by one that is not. */
  #carried: CarriedRun | undefined;
  #hasStarted = false;

  /** Whether it was handed on with messages by reference, and no event told of these. */
  get lacksMessages(): boolean {
    const handed = this.#carried?.transcript;
    return handed !== undefined && handed.address.length > 0 && this.#messages.length === 0;
  }

  get messages(): readonly ModelMessage[] {
    return this.#messages.all;
  }

  /** The start of a workflow run: the run's own, or that of one that goes on with it. */
  start(input: RunInput, carried?: CarriedRun): void {
    this.goesOn = false;
    if (this.#hasStarted) return; // what it was handed has been read before
    this.#hasStarted = true;
    const request = toRunRequest(input);
    if (!isJsonObject(request)) return; // others may start a run with anything; the worker has refused it
    this.request = request;
    this.usage = addUsage(NO_USAGE, this.request.usage ?? {});
    if (carried === undefined) return;
    this.#carried = carried;
    this.usage = carried.usage;
    if (carried.transcript.held !== undefined) this.#messages.restore(carried.transcript.held);
  }

  /** How the run goes on from earlier messages, as the worker planned it. */
  resolved({ start }: AgentManifest): void {
    this.#plan = start;
  }

  modelRequested(input: ModelRequestInput): void {
    this.#messages.asked(input);
  }

  modelResponded(result: ModelRequestResult): void {
    if ('exceeded' in result) return;
    this.#messages.responded(result);
    this.usage = withResponseUsage(this.usage, result.response.usage);
  }

  toolReturned(toolName: string, toolCallId: string, result: ToolCallResult): void {
    const succeeded = this.#messages.returned({ toolName, toolCallId }, result);
    if (succeeded) this.usage = addUsage(this.usage, { toolCalls: 1 });
  }

  compacted(input: CompactionInput, result: CompactionResult): void {
    this.#messages.compacted(input, result);
    this.compactions.push(toCompaction(input, result));
    if (result.usage !== undefined) this.usage = withResponseUsage(this.usage, result.usage);
  }

  end({ tail }: Pick<RunOutcome | RunFailureDetail, 'tail'>): void {
    if (tail !== undefined) this.#messages.added(tail);
  }

  /** The end of a workflow run that another one goes on with. */
  continuedAsNew({ tail }: CarriedRun): void {
    this.end({ tail });
    this.#messages.told();
    this.goesOn = true;
  }

  /** The messages of another run that this one continues, or of the workflow run that it goes on with. */
  transcriptLoaded(part: LoadedTranscript): void {
    const loaded = this.#messages.loaded(part);
    if (loaded === undefined || this.messages.length > 0) return; // they were read where they were said
    if (this.#carried === undefined) {
      this.request = { ...this.request, messageHistory: loaded };
    } else {
      const start = this.#carried.transcript.address;
      this.#messages.restore({ start, earlier: loaded, messages: [] });
    }
  }

  /** How many of the messages are of earlier runs. */
  historyLength(): number {
    return this.#carried?.transcript.continued ?? historyOf(this.request).length;
  }

  response(id: string): ModelResponse | undefined {
    return this.#messages.response(id);
  }

  /** The messages, with what was produced after the last one that the run made up itself. */
  messagesSoFar(): readonly ModelMessage[] {
    return this.#marked(this.#messages.allSoFar(() => this.#toldFirst()));
  }

  /** The same as the model reads them. */
  seenSoFar(): readonly ModelMessage[] {
    return this.#marked(this.#messages.seenSoFar(() => this.#toldFirst()));
  }

  #marked(messages: readonly ModelMessage[]): readonly ModelMessage[] {
    return this.ended ? markInterrupted(messages) : messages;
  }

  /** What the first model request is told, if nothing comes of the last response of earlier runs before it. */
  #toldFirst(): readonly ModelMessage[] {
    const history = historyOf(this.request);
    const isAsked = this.#plan === undefined || this.#plan.kind === 'ask';
    return isAsked ? [...history, toFirstMessage(this.request)] : history;
  }
}
