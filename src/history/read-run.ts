import type { Client, WorkflowHandle } from '@temporalio/client';
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import {
  type AgentManifest,
  LOAD_TRANSCRIPT_ACTIVITY,
  MODEL_REQUEST_ACTIVITY,
  type ModelRequestInput,
  type ModelRequestResult,
  type PackedMessages,
  RESOLVE_AGENT_ACTIVITY,
  type RunFailureDetail,
  type RunInput,
  type RunOutcome,
  type ToolCallContext,
  type ToolCallResult,
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

/** The name under which the SDK records a local activity. */
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';

interface RecordedActivity {
  readonly type: string;
  readonly input: readonly unknown[];
}

/** Walks over the events of a history. */
class HistoryReader {
  readonly #run = new RecordedRun();
  readonly #activities = new Map<string, RecordedActivity>();

  constructor(private readonly converter: LoadedDataConverter) {}

  async read(events: readonly HistoryEvent[]): Promise<RecordedRun> {
    for (const event of events) {
      await this.#readActivity(event);
      await this.#readRun(event);
    }
    return this.#run;
  }

  async #readActivity(event: HistoryEvent): Promise<void> {
    const {
      activityTaskScheduledEventAttributes: scheduled,
      activityTaskCompletedEventAttributes: completed,
      markerRecordedEventAttributes: marker,
    } = event;
    if (scheduled) {
      await this.#scheduled(String(event.eventId), scheduled.activityType?.name ?? '', scheduled.input);
    }
    if (completed) await this.#completed(String(completed.scheduledEventId), completed.result);
    if (marker?.markerName === LOCAL_ACTIVITY_MARKER) await this.#localCompleted(marker.details ?? {});
  }

  async #readRun(event: HistoryEvent): Promise<void> {
    const {
      workflowExecutionStartedEventAttributes: started,
      workflowExecutionCompletedEventAttributes: finished,
      workflowExecutionFailedEventAttributes: failed,
      workflowExecutionCancelRequestedEventAttributes: cancelled,
    } = event;
    if (started) this.#run.start(await this.#first<RunInput>(started.input));
    if (finished) this.#run.end(await this.#first<RunOutcome>(finished.result));
    const details = failed?.failure?.applicationFailureInfo?.details;
    if (details) this.#run.end(await this.#first<RunFailureDetail>(details));
    if (cancelled) this.#run.cancelReason = cancelled.cause ?? undefined;
    if (isEnd(event)) this.#run.ended = true;
  }

  async #scheduled(eventId: string, type: string, payloads: Payloads): Promise<void> {
    const input = await this.#decode(payloads);
    this.#activities.set(eventId, { type, input });
    if (type === MODEL_REQUEST_ACTIVITY) this.#run.modelRequested(fromWire<ModelRequestInput>(input[0]));
  }

  async #completed(scheduledEventId: string, payloads: Payloads): Promise<void> {
    const activity = this.#activities.get(scheduledEventId);
    if (activity === undefined) return;
    const [result] = await this.#decode(payloads);
    const { type, input } = activity;
    if (type === MODEL_REQUEST_ACTIVITY) {
      this.#run.modelResponded(fromWire<ModelRequestResult>(result));
    } else if (type === LOAD_TRANSCRIPT_ACTIVITY) {
      this.#run.transcriptLoaded(fromWire<PackedMessages>(result));
    } else {
      const { toolCallId } = fromWire<ToolCallContext>(input[1]);
      this.#run.toolReturned(type, toolCallId, fromWire<ToolCallResult>(result));
    }
  }

  /** The input of a local activity is not recorded; a tool's result says which call it answers. */
  async #localCompleted(details: Record<string, Payloads>): Promise<void> {
    const [about] = await this.#decode(details['data']);
    const [result] = await this.#decode(details['result']);
    const type = fromWire<{ activity_type?: string } | undefined>(about)?.activity_type ?? '';
    if (result === undefined) return;
    if (type === RESOLVE_AGENT_ACTIVITY) {
      this.#run.resolved(fromWire<AgentManifest>(result));
      return;
    }
    const returned = fromWire<ToolCallResult>(result);
    this.#run.toolReturned(type, returned.toolCallId ?? '', returned);
  }

  async #first<Value>(payloads: Payloads): Promise<Value> {
    return fromWire<Value>((await this.#decode(payloads))[0]);
  }

  async #decode(payloads: Payloads): Promise<unknown[]> {
    let decoded = payloads?.payloads ?? [];
    for (const codec of this.converter.payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
    return decoded.map((payload) => this.converter.payloadConverter.fromPayload(payload));
  }
}

function fromWire<Value>(value: unknown): Value {
  return value as Value; // written by this library, to its wire contract
}

function isEnd(event: HistoryEvent): boolean {
  return (
    (event.workflowExecutionCompletedEventAttributes ??
      event.workflowExecutionFailedEventAttributes ??
      event.workflowExecutionCanceledEventAttributes ??
      event.workflowExecutionTerminatedEventAttributes ??
      event.workflowExecutionTimedOutEventAttributes ??
      null) !== null
  );
}
