// What a run's history says about its activities. Needs a Temporal server.
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { AgentClient } from 'perdure/client';

/** One activity, as scheduled once and tried as often as it took. */
export interface RecordedActivity {
  readonly type: string;
  readonly input: readonly unknown[];
  /** Of the attempt that history tells of; absent until there is an end. */
  readonly attempt?: number;
  readonly result?: unknown;
}

export async function recordedActivities(client: AgentClient, runId: string): Promise<RecordedActivity[]> {
  const history = await client.temporal.workflow.getHandle(runId).fetchHistory();
  const activities = new Map<string, RecordedActivity>();
  for (const event of history.events ?? []) {
    const {
      activityTaskScheduledEventAttributes: scheduled,
      activityTaskStartedEventAttributes: started,
      activityTaskCompletedEventAttributes: completed,
    } = event;
    const add = (id: unknown, more: Partial<RecordedActivity>): void => {
      const known = activities.get(String(id)) ?? { type: '', input: [] };
      activities.set(String(id), { ...known, ...more });
    };
    if (scheduled) {
      add(event.eventId, {
        type: scheduled.activityType?.name ?? '',
        input: decode(scheduled.input?.payloads),
      });
    }
    if (started) add(started.scheduledEventId, { attempt: started.attempt ?? 1 });
    if (completed) add(completed.scheduledEventId, { result: decode(completed.result?.payloads)[0] });
  }
  return [...activities.values()];
}

/** What a model request led to, also one that began its run. */
export function answerOf({ result }: RecordedActivity): unknown {
  return typeof result === 'object' && result !== null && 'answer' in result ? result.answer : result;
}

function decode(payloads: readonly Payload[] | null | undefined): unknown[] {
  return (payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload));
}
