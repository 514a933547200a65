import type { Client, WorkflowHandle } from '@temporalio/client';
import { limit } from '@temporalio/common/lib/concurrency/limit';
import {
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
} from '@temporalio/common/lib/internal-non-workflow';
import { isNotFound } from '../common/grpc-status';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

/** One workflow run of the chain that holds a run or a conversation. */
export interface Execution {
  /** The workflow's id. */
  readonly runId: string;
  /** The workflow's own run id; the latest one by default. */
  readonly execution?: string | undefined;
  /** How many of its events count; all by default. */
  readonly events?: number | undefined;
}

export async function fetchEvents(
  client: Client,
  { runId, execution, events: count }: Execution,
): Promise<readonly HistoryEvent[]> {
  const history = await client.workflow.getHandle(runId, execution).fetchHistory();
  await retrieveStored(client, history);
  return (history.events ?? []).slice(0, count);
}

export async function fetchIfRetained(
  client: Client,
  execution: Execution,
): Promise<readonly HistoryEvent[] | undefined> {
  try {
    return await fetchEvents(client, execution);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Puts what lies in external storage in the place of its references. */
async function retrieveStored(client: Client, history: History): Promise<void> {
  const { externalStorage } = client.options.loadedDataConverter;
  const options = { ...extstoreInboundOptions(externalStorage), limit: limit(PARALLEL_RETRIEVALS) };
  await visit({ history }, walkGetWorkflowExecutionHistoryResponse, options);
}

/** A long run can have stored hundreds of values. */
const PARALLEL_RETRIEVALS = 8;
