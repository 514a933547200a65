// What Temporal keeps of a run for those who look at it. Needs a Temporal server.
import { defaultPayloadConverter, type Payload, type SearchAttributes } from '@temporalio/common';
import type { AgentClient } from 'perdure/client';
import { historyEvents } from './history';

/** The head of a run's page. */
export interface OperatorPage {
  readonly type: string;
  readonly summary: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One line of a run's timeline. */
export interface TimelineEntry {
  readonly type: string;
  readonly summary: string | undefined;
}

export async function operatorPage(client: AgentClient, runId: string): Promise<OperatorPage> {
  const run = await client.temporal.workflow.getHandle(runId).describe();
  const attributes: SearchAttributes = run.searchAttributes; // eslint-disable-line @typescript-eslint/no-deprecated -- all of them, typed or not
  return {
    type: run.type,
    summary: await run.staticSummary(),
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, values?.[0]])),
  };
}

/** The activities of a run in the order of their start. */
export async function timeline(client: AgentClient, runId: string): Promise<readonly TimelineEntry[]> {
  const events = await historyEvents(client, runId);
  return events.flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) =>
    scheduled ? [{ type: scheduled.activityType?.name ?? '', summary: decode(userMetadata?.summary) }] : [],
  );
}

function decode(payload: Payload | null | undefined): string | undefined {
  return payload ? defaultPayloadConverter.fromPayload<string>(payload) : undefined;
}

/** The Markdown on the run's page. */
export async function currentDetails(client: AgentClient, runId: string): Promise<string> {
  const metadata = await client.temporal.workflow
    .getHandle(runId)
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
