import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient, RunHandle } from 'perdure/client';

/** As the UI and history name the activity that asks a model; every other one is a tool. */
const MODEL_ACTIVITY = 'model.request';

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED = 2;

const POLL_INTERVAL = 50;

/** A tool that runs at this moment. */
export interface RunningTool {
  readonly name: string;
  readonly attempt: number;
}

/** Waits until a tool runs that passes, or the run is over. */
export async function untilToolRuns(
  client: AgentClient,
  { id }: RunHandle,
  passes: (tool: RunningTool) => boolean | Promise<boolean>,
): Promise<RunningTool | undefined> {
  const handle = client.temporal.workflow.getHandle(id);
  for (;;) {
    const { raw, status } = await handle.describe();
    if (status.name !== 'RUNNING') return undefined;
    for (const { activityType, state, attempt } of raw.pendingActivities ?? []) {
      const tool = { name: activityType?.name ?? '', attempt: attempt ?? 1 };
      if (state === STARTED && tool.name !== MODEL_ACTIVITY && (await passes(tool))) return tool;
    }
    await sleep(POLL_INTERVAL);
  }
}

export interface ActivityCount {
  /** Different calls, each with a result in history. */
  readonly calls: number;
  /** How often they were tried, all together. */
  readonly attempts: number;
}

/** What a finished run's history says of what its worker's death cost. */
export interface RecoveryReport {
  readonly model: ActivityCount;
  readonly tools: ActivityCount;
  /** Seconds from a moment until the next result was recorded. */
  readonly untilNextResult: number;
}

export async function reportRecovery(
  client: AgentClient,
  { id }: RunHandle,
  killedAt: number,
): Promise<RecoveryReport> {
  const { events } = await client.temporal.workflow.getHandle(id).fetchHistory();
  const types = new Map<string, string>();
  const model = { calls: 0, attempts: 0 };
  const tools = { calls: 0, attempts: 0 };
  const resultTimes: number[] = [];
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const started = event.activityTaskStartedEventAttributes;
    if (scheduled) types.set(String(event.eventId), scheduled.activityType?.name ?? '');
    if (event.activityTaskCompletedEventAttributes) resultTimes.push(toMilliseconds(event.eventTime));
    if (!started) continue;
    const count = types.get(String(started.scheduledEventId)) === MODEL_ACTIVITY ? model : tools;
    count.calls += 1;
    count.attempts += started.attempt ?? 1;
  }
  const nextResult = resultTimes.find((time) => time > killedAt) ?? killedAt;
  return { model, tools, untilNextResult: (nextResult - killedAt) / 1000 };
}

/** Protobuf's `Timestamp`; its seconds are a `Long`. */
interface Timestamp {
  readonly seconds?: { toString(): string } | null;
  readonly nanos?: number | null;
}

function toMilliseconds(time: Timestamp | null | undefined): number {
  return Number(time?.seconds?.toString() ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
