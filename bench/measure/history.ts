import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';

/** What a run leaves in the server's database, as the server counts it. */
export interface HistorySize {
  readonly bytes: number;
  readonly events: number;
}

export interface History extends HistorySize {
  /** The server ended it, because its history had grown too large. */
  readonly terminated: boolean;
}

/** A run that continued as new counts as one: the sum of its executions. */
export async function historyOf(temporal: Client, workflowId: string): Promise<History> {
  const executions = await untilListed(temporal, workflowId);
  return {
    ...sizeOf(executions),
    terminated: executions.some(({ status }) => status.name === 'TERMINATED'),
  };
}

/** How long the list may follow behind. */
const LIST_LAG = 2_000;

/** The same of one that goes on. */
export async function historyUntilNow(temporal: Client, workflowId: string): Promise<HistorySize> {
  const now = await temporal.workflow.getHandle(workflowId).describe();
  await sleep(LIST_LAG);
  const before = (await executionsOf(temporal, workflowId)).filter(({ runId }) => runId !== now.runId);
  return sizeOf([now, ...before]);
}

async function untilListed(temporal: Client, workflowId: string): Promise<WorkflowExecutionInfo[]> {
  for (;;) {
    const executions = await executionsOf(temporal, workflowId);
    const open = executions.filter(({ status }) => status.name === 'RUNNING');
    const last = executions.filter(({ status }) => status.name !== 'CONTINUED_AS_NEW');
    if (open.length === 0 && last.length > 0) return executions;
    await sleep(100);
  }
}

/** The list follows a little behind. */
async function executionsOf({ workflow }: Client, workflowId: string): Promise<WorkflowExecutionInfo[]> {
  const executions: WorkflowExecutionInfo[] = [];
  const query = `WorkflowId = '${workflowId}'`;
  for await (const execution of workflow.list({ query })) executions.push(execution);
  return executions;
}

type Counted = Pick<WorkflowExecutionInfo, 'historySize' | 'historyLength'>;

function sizeOf(executions: readonly Counted[]): HistorySize {
  const sum = (count: (execution: Counted) => number): number =>
    executions.reduce((total, execution) => total + count(execution), 0);
  return {
    bytes: sum(({ historySize = 0 }) => historySize),
    events: sum(({ historyLength }) => historyLength),
  };
}
