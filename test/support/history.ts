// What a run's history is made of: events, bytes, failed workflow tasks. Needs a Temporal server.
import type { WorkflowHandle } from '@temporalio/client';
import type { AgentClient } from 'perdure/client';

export type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** In bytes and events, as the server counts them. */
export interface HistorySize {
  readonly bytes: number;
  readonly events: number;
}

export async function historySize(client: AgentClient, runId: string): Promise<HistorySize> {
  const { historySize: bytes, historyLength: events } = await client.temporal.workflow
    .getHandle(runId)
    .describe();
  if (bytes === undefined) throw new Error('this server does not tell the size of a history');
  return { bytes, events };
}

/** Of the last of a run's workflow runs, unless another one is named. */
export async function historyEvents(
  client: AgentClient,
  runId: string,
  execution?: string,
): Promise<readonly HistoryEvent[]> {
  return (await client.temporal.workflow.getHandle(runId, execution).fetchHistory()).events ?? [];
}

/**
 * Workflow tasks that failed, and activities that were tried more than once: a run that was stuck, or paid twice. A
 * task that the server itself closes, to take in large results that came meanwhile, is none.
 */
export async function troublesOf(
  client: AgentClient,
  runId: string,
  execution?: string,
): Promise<readonly string[]> {
  const events = await historyEvents(client, runId, execution);
  return events.flatMap((event) => {
    const cause = event.workflowTaskFailedEventAttributes?.cause;
    return [
      ...(cause && cause !== CLOSED_BY_SERVER ? [`a workflow task failed (cause ${cause})`] : []),
      ...(event.workflowTaskTimedOutEventAttributes ? ['a workflow task timed out'] : []),
      ...((event.activityTaskStartedEventAttributes?.attempt ?? 1) > 1
        ? ['an activity was tried again']
        : []),
    ];
  });
}

/** `WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND` in Temporal's enumeration. */
const CLOSED_BY_SERVER = 17;
