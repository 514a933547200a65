import type { Client } from '@temporalio/client';
import type { CarriedRun } from '../common/carried-run';
import { UserError } from '../common/errors';
import { Decoder, toHanded } from './decode';
import { type Execution, fetchEvents, fetchIfRetained, type HistoryEvent } from './fetch-events';
import { readConversation } from './read-conversation';
import { type Recorded, readEvents } from './read-events';
import { RecordedConversation } from './recorded-conversation';
import { RecordedRun } from './recorded-run';

/** Reads what a run has recorded until now, or until its end: through all its workflow runs that are retained. */
export async function readRun(client: Client, runId: string): Promise<RecordedRun> {
  const recorded = await readChain(client, { runId });
  if (recorded instanceof RecordedRun) return recorded;
  throw new UserError(`'${runId}' is a conversation of agent '${recorded.agent}', and no run`);
}

/** Reads what one workflow run says by itself: all that the model would read next. */
export async function readExecution(client: Client, execution: Execution): Promise<Recorded> {
  const events = await fetchEvents(client, execution);
  const recorded = await readEvents(client.options.loadedDataConverter, events);
  if (!recorded.lacksMessages) return recorded;
  if (recorded instanceof RecordedConversation) return readConversation(client, execution, 'messages');
  return readChain(client, execution);
}

/** Reads a workflow run, and those before it as far as it was not handed all that was said in them. */
async function readChain(client: Client, last: Execution): Promise<Recorded> {
  const converter = client.options.loadedDataConverter;
  const { runId } = last;
  const histories = [await fetchEvents(client, last)];
  for (;;) {
    const execution = await executionBefore(new Decoder(converter), histories[0] ?? []);
    if (execution === undefined) break;
    const earlier = await fetchIfRetained(client, { runId, execution });
    if (earlier === undefined) break;
    histories.unshift(earlier);
  }
  return readEvents(converter, histories.flat());
}

/** The workflow run before, when what this one was handed is not all that was said. */
async function executionBefore(
  decoder: Decoder,
  events: readonly HistoryEvent[],
): Promise<string | undefined> {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const execution = started?.continuedExecutionRunId;
  if (!execution) return undefined; // protobuf has '' for none
  const carried = toHanded<CarriedRun>((await decoder.all(started.input))[1]);
  if (carried === undefined) return undefined;
  const { transcript, compactAgainAbove, discardedResponse } = carried;
  const isWhole =
    transcript.held !== undefined && compactAgainAbove === undefined && discardedResponse === undefined;
  return isWhole ? undefined : execution;
}
