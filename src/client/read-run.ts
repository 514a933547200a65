import type { Client, WorkflowHandle } from '@temporalio/client';
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import type {
  ModelRequestInput,
  ModelRequestResult,
  RunFailureDetail,
  RunInput,
  RunOutcome,
  ToolCallContext,
  ToolCallResult,
} from '../common/wire';
import { MODEL_REQUEST_ACTIVITY } from '../common/wire';
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
    // What is decoded here was written by this library: the casts are its wire contract.
    if (started) this.#run.start((await this.#decode(started.input))[0] as RunInput);
    if (scheduled)
      await this.#scheduled(String(event.eventId), scheduled.activityType?.name ?? '', scheduled.input);
    if (completed) await this.#completed(String(completed.scheduledEventId), completed.result);
    if (finished) this.#run.end((await this.#decode(finished.result))[0] as RunOutcome);
    const details = failed?.failure?.applicationFailureInfo?.details;
    if (details) this.#run.end((await this.#decode(details))[0] as RunFailureDetail);
    if (cancelled) this.#run.cancelReason = cancelled.cause ?? undefined;
  }

  async #scheduled(eventId: string, type: string, payloads: Payloads): Promise<void> {
    const input = await this.#decode(payloads);
    this.#activities.set(eventId, { type, input });
    if (type === MODEL_REQUEST_ACTIVITY) this.#run.modelRequested(input[0] as ModelRequestInput);
  }

  async #completed(scheduledEventId: string, payloads: Payloads): Promise<void> {
    const activity = this.#activities.get(scheduledEventId);
    const [result] = await this.#decode(payloads);
    if (activity === undefined) return;
    if (activity.type === MODEL_REQUEST_ACTIVITY) this.#run.modelResponded(result as ModelRequestResult);
    else
      this.#run.toolReturned(activity.type, activity.input[1] as ToolCallContext, result as ToolCallResult);
  }

  async #decode(payloads: Payloads): Promise<unknown[]> {
    let decoded = payloads?.payloads ?? [];
    for (const codec of this.converter.payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
    return decoded.map((payload) => this.converter.payloadConverter.fromPayload(payload));
  }
}
