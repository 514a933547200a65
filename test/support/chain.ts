// The workflow runs that hold one run, one after the other. Needs a Temporal server.
import type { AgentClient } from 'perdure/client';
import type { HistoryEvent } from './history';

/** Another workflow run goes on at every step, between a model request and its tools, too. */
export const AT_EVERY_STEP = { historyEvents: 1 };

/** One workflow run does it all. */
export const NEVER = { historyBytes: 1_000_000_000, historyEvents: 1_000_000_000 };

export interface WorkflowRun {
  /** The workflow's own run id. */
  readonly execution: string;
  readonly events: readonly HistoryEvent[];
  /** Of its history, as the server counts them. */
  readonly bytes: number;
}

/** All workflow runs of a run, oldest first. */
export async function chainOf({ temporal }: AgentClient, runId: string): Promise<readonly WorkflowRun[]> {
  const chain: WorkflowRun[] = [];
  let execution = (await temporal.workflow.getHandle(runId).describe()).runId;
  while (execution !== '') {
    const handle = temporal.workflow.getHandle(runId, execution);
    const { events } = await handle.fetchHistory();
    const { historySize } = await handle.describe();
    chain.unshift({ execution, events: events ?? [], bytes: historySize ?? Number.NaN });
    const started = events?.[0]?.workflowExecutionStartedEventAttributes;
    execution = started?.continuedExecutionRunId ?? '';
  }
  return chain;
}

/** What a workflow run wrote after it had taken over what it was handed, in bytes. */
export function growthOf({ events, bytes }: WorkflowRun): number {
  let before = 0;
  for (const {
    workflowTaskStartedEventAttributes: task,
    activityTaskScheduledEventAttributes: scheduled,
  } of events) {
    if (task) before = Number(task.historySizeBytes);
    if (scheduled && scheduled.activityType?.name !== 'transcript.load') break;
  }
  return bytes - before;
}

/** The types of the activities of a workflow run, in order; local ones are none. */
export function activitiesOf({ events }: WorkflowRun): readonly string[] {
  return events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled ? [scheduled.activityType?.name ?? ''] : [],
  );
}
