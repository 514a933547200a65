import type { Client, WorkflowHandle } from '@temporalio/client';
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import {
  type ModelRequestInput,
  type ModelRequestResult,
  type RunFailureDetail,
  type RunInput,
  type RunOutcome,
  type ToolCallContext,
  type ToolCallResult,
  MODEL_REQUEST_ACTIVITY,
} from '../common/wire';
import { RecordedRun } from './recorded-run';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type Payloads = { payloads?: Payload[] | null } | null | undefined;

/** Reads what a run has recorded until now, or until its end. */
export async function readRun(client: Client, runId: string): Promise<RecordedRun> {
  const history = await client.workflow.getHandle(runId).fetchHistory();
  return new HistoryReader(client.options.loadedDataConverter).read(history.events ?? []);
}

/** Walks over the events of a history. */
class HistoryReader {
  readonly #run = new RecordedRun();
  readonly #activities = new Map<string, { readonly type: string; readonly input: readonly unknown[] }>();

  constructor(private readonly converter: LoadedDataConverter) {}

  async read(events: readonly HistoryEvent[]): Promise<RecordedRun> {
    for (const event of events) await this.#readEvent(event);
    return this.#run;
  }

  async #readEvent(event: HistoryEvent): Promise<void> {
    const {
      workflowExecutionStartedEventAttributes: started,
      activityTaskScheduledEventAttributes: scheduled,
      activityTaskCompletedEventAttributes: completed,
      workflowExecutionCompletedEventAttributes: finished,
      workflowExecutionFailedEventAttributes: failed,
      workflowExecutionCancelRequestedEventAttributes: cancelled,
    } = event;
    if (started) this.#run.start(await this.#first<RunInput>(started.input));
    if (scheduled) {
      await this.#scheduled(String(event.eventId), scheduled.activityType?.name ?? '', scheduled.input);
    }
    if (completed) await this.#completed(String(completed.scheduledEventId), completed.result);
    if (finished) this.#run.end(await this.#first<RunOutcome>(finished.result));
    const details = failed?.failure?.applicationFailureInfo?.details;
    if (details) this.#run.end(await this.#first<RunFailureDetail>(details));
    if (cancelled) this.#run.cancelReason = cancelled.cause ?? undefined;
  }

  async #scheduled(eventId: string, type: string, payloads: Payloads): Promise<void> {
    const input = await this.#decode(payloads);
    this.#activities.set(eventId, { type, input });
    if (type !== MODEL_REQUEST_ACTIVITY) return;
    this.#run.modelRequested(input[0] as ModelRequestInput); // written by this library
  }

  async #completed(scheduledEventId: string, payloads: Payloads): Promise<void> {
    const activity = this.#activities.get(scheduledEventId);
    const [result] = await this.#decode(payloads);
    if (activity === undefined) return;
    const { type, input } = activity;
    // Both were written by this library.
    if (type === MODEL_REQUEST_ACTIVITY) this.#run.modelResponded(result as ModelRequestResult);
    else this.#run.toolReturned(type, input[1] as ToolCallContext, result as ToolCallResult);
  }

  /** What a run's workflow was given or gave back. */
  async #first<Value extends RunInput | RunOutcome | RunFailureDetail>(payloads: Payloads): Promise<Value> {
    return (await this.#decode(payloads))[0] as Value; // written by this library, to its wire contract
  }

  async #decode(payloads: Payloads): Promise<unknown[]> {
    let decoded = payloads?.payloads ?? [];
    for (const codec of this.converter.payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
    return decoded.map((payload) => this.converter.payloadConverter.fromPayload(payload));
  }
}
