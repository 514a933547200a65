import { type RecordedEnd, TURN_ENDED_ACTIVITY, type TurnEnd } from '../common/conversation-wire';
import {
  type AgentManifest,
  type BegunRun,
  COMPACT_TRANSCRIPT_ACTIVITY,
  type CompactionInput,
  type CompactionResult,
  LOAD_TRANSCRIPT_ACTIVITY,
  type LoadedTranscript,
  MODEL_REQUEST_ACTIVITY,
  type ModelRequestInput,
  type ModelRequestResult,
  RESOLVE_AGENT_ACTIVITY,
  type ToolCallContext,
  type ToolCallResult,
} from '../common/wire';
import { type Decoder, fromWire, type Payloads } from './decode';
import type { HistoryEvent } from './fetch-events';

/** What is told of activities. */
export interface ActivityListener {
  resolved(manifest: AgentManifest): void;
  modelRequested(input: ModelRequestInput): void;
  modelResponded(result: ModelRequestResult): void;
  compacted(input: CompactionInput, result: CompactionResult): void;
  transcriptLoaded(part: LoadedTranscript): void;
  toolReturned(toolName: string, toolCallId: string, result: ToolCallResult): void;
  /** Only conversations tell of it. */
  turnEnded?(turnId: string, end: TurnEnd): void;
}

/** The name under which the SDK records a local activity. */
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';

interface ScheduledActivity {
  readonly type: string;
  readonly input: readonly unknown[];
}

/** Walks over the activities of a history. */
export class ActivityReader {
  readonly #decoder: Decoder;
  readonly #listener: ActivityListener;
  readonly #scheduled = new Map<string, ScheduledActivity>();

  constructor(decoder: Decoder, listener: ActivityListener) {
    this.#decoder = decoder;
    this.#listener = listener;
  }

  async read(event: HistoryEvent): Promise<void> {
    const {
      activityTaskScheduledEventAttributes: scheduled,
      activityTaskCompletedEventAttributes: completed,
      markerRecordedEventAttributes: marker,
    } = event;
    if (scheduled) {
      await this.#schedule(String(event.eventId), scheduled.activityType?.name ?? '', scheduled.input);
    }
    if (completed) await this.#complete(String(completed.scheduledEventId), completed.result);
    if (marker?.markerName === LOCAL_ACTIVITY_MARKER) await this.#completeLocal(marker.details ?? {});
  }

  async #schedule(eventId: string, type: string, payloads: Payloads): Promise<void> {
    const input = await this.#decoder.all(payloads);
    this.#scheduled.set(eventId, { type, input });
    if (type === MODEL_REQUEST_ACTIVITY) {
      this.#listener.modelRequested(fromWire<ModelRequestInput>(input[0]));
    }
  }

  async #complete(scheduledEventId: string, payloads: Payloads): Promise<void> {
    const activity = this.#scheduled.get(scheduledEventId);
    if (activity === undefined) return;
    const [result] = await this.#decoder.all(payloads);
    const { type, input } = activity;
    const listener = this.#listener;
    if (type === MODEL_REQUEST_ACTIVITY) {
      this.#modelAnswered(fromWire<ModelRequestInput>(input[0]), result);
    } else if (type === LOAD_TRANSCRIPT_ACTIVITY) {
      listener.transcriptLoaded(fromWire<LoadedTranscript>(result));
    } else if (type === COMPACT_TRANSCRIPT_ACTIVITY) {
      listener.compacted(fromWire<CompactionInput>(input[0]), fromWire<CompactionResult>(result));
    } else {
      const { toolCallId } = fromWire<ToolCallContext>(input[1]);
      listener.toolReturned(type, toolCallId, fromWire<ToolCallResult>(result));
    }
  }

  #modelAnswered({ begin }: ModelRequestInput, result: unknown): void {
    if (begin === undefined) {
      this.#listener.modelResponded(fromWire<ModelRequestResult>(result));
      return;
    }
    const { manifest, answer } = fromWire<BegunRun>(result);
    if (manifest !== undefined) this.#listener.resolved(manifest);
    if (answer !== undefined) this.#listener.modelResponded(answer);
  }

  /** The input of a local activity is not recorded; a tool's result says which call it answers. */
  async #completeLocal(details: Record<string, Payloads>): Promise<void> {
    const about = await this.#decoder.first<{ activity_type?: string } | undefined>(details['data']);
    const [result] = await this.#decoder.all(details['result']);
    const type = about?.activity_type ?? '';
    if (result === undefined) return;
    if (type === RESOLVE_AGENT_ACTIVITY) {
      this.#listener.resolved(fromWire<AgentManifest>(result));
      return;
    }
    if (type === TURN_ENDED_ACTIVITY) {
      const { turnId, end } = fromWire<RecordedEnd>(result);
      this.#listener.turnEnded?.(turnId, end);
      return;
    }
    const returned = fromWire<ToolCallResult>(result);
    this.#listener.toolReturned(type, returned.toolCallId ?? '', returned);
  }
}
