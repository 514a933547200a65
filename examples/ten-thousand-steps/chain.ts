import type { AgentClient } from 'perdure/client';

type History = Awaited<
  ReturnType<ReturnType<AgentClient['temporal']['workflow']['getHandle']>['fetchHistory']>
>;

/** One of the workflow runs that hold a run, one after the other. */
export interface WorkflowRun {
  readonly id: string;
  /** Of its history, as the server counts them. */
  readonly bytes: number;
  /** How many activities of each type came to an end in it. */
  readonly finished: ReadonlyMap<string, number>;
}

/** The chain of workflow runs of a run, as far as it has been looked at. */
export class Chain {
  /** Oldest first. */
  readonly #ids: string[] = [];

  constructor(
    private readonly client: AgentClient,
    private readonly runId: string,
  ) {}

  /** How many there are until now, and the size of the one that works. */
  async look(): Promise<{ readonly length: number; readonly bytes: number }> {
    const { runId: newest, historySize = 0 } = await this.client.temporal.workflow
      .getHandle(this.runId)
      .describe();
    const added: string[] = [];
    let id = newest;
    while (id !== '' && !this.#ids.includes(id)) {
      added.unshift(id);
      id = await this.#before(id);
    }
    this.#ids.push(...added);
    return { length: this.#ids.length, bytes: historySize };
  }

  /** All of them, from their histories. */
  async all(): Promise<readonly WorkflowRun[]> {
    await this.look();
    const runs: WorkflowRun[] = [];
    for (const id of this.#ids) {
      const handle = this.client.temporal.workflow.getHandle(this.runId, id);
      const { historySize = 0 } = await handle.describe();
      runs.push({ id, bytes: historySize, finished: countFinished(await handle.fetchHistory()) });
    }
    return runs;
  }

  /** The workflow run before, which the first event names; nothing for the first one. */
  async #before(id: string): Promise<string> {
    const { history } = await this.client.temporal.workflowService.getWorkflowExecutionHistory({
      namespace: this.client.temporal.options.namespace,
      execution: { workflowId: this.runId, runId: id },
      maximumPageSize: 1,
    });
    return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
}

function countFinished({ events }: History): ReadonlyMap<string, number> {
  const types = new Map<string, string>();
  const finished = new Map<string, number>();
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    if (scheduled) types.set(String(event.eventId), scheduled.activityType?.name ?? '');
    if (!completed) continue;
    const type = types.get(String(completed.scheduledEventId)) ?? '';
    finished.set(type, (finished.get(type) ?? 0) + 1);
  }
  return finished;
}
