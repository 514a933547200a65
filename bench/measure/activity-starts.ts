import type { Client } from '@temporalio/client';

export interface ActivityStart {
  /** Milliseconds since 1970, by the server's clock, with fractions. */
  readonly at: number;
  readonly attempt: number;
  /** Who took it: process and machine. */
  readonly worker: string;
}

/** When each activity of an ended run was taken by a worker for the last time, in order. */
export async function activityStarts({ workflow }: Client, workflowId: string): Promise<ActivityStart[]> {
  const { events } = await workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: start, eventTime }) => {
    if (!start) return [];
    const at = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
    return [{ at, attempt: start.attempt ?? 1, worker: start.identity ?? '' }];
  });
}
