import type { Client } from '@temporalio/client';
import type { CarriedConversation, ConversationInput } from '../common/conversation-wire';
import { UserError } from '../common/errors';
import { Decoder, fromWire, toHanded } from './decode';
import { type Execution, fetchEvents, fetchIfRetained, type HistoryEvent } from './fetch-events';
import { readEvents } from './read-events';
import { RecordedConversation } from './recorded-conversation';

/**
 * How much is read of a conversation: `last`, its last workflow run, which was handed the last turns, the usage and what
 * the model reads; `messages`, as many of its workflow runs as tell of every message; or `all` that are retained.
 */
export type Reach = 'last' | 'messages' | 'all';

/**
 * Reads what a conversation has recorded until now, or until its end.
 * @throws {UserError} when it is a run, and no conversation.
 */
export async function readConversation(
  client: Client,
  conversation: Execution,
  reach: Reach,
): Promise<RecordedConversation> {
  const newest = await fetchEvents(client, conversation);
  const events = reach === 'last' ? newest : await withEarlier(client, { ...conversation, reach }, newest);
  const recorded = await read(client, conversation.runId, events);
  if (!recorded.lacksMessages) return recorded;
  if (reach === 'last') return readConversation(client, conversation, 'messages');
  await restoreFromOrigin(client, conversation.runId, recorded);
  return recorded;
}

async function read(
  client: Client,
  id: string,
  events: readonly HistoryEvent[],
): Promise<RecordedConversation> {
  const recorded = await readEvents(client.options.loadedDataConverter, events);
  if (recorded instanceof RecordedConversation) return recorded;
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const agent = started?.workflowType?.name ?? '';
  throw new UserError(`'${id}' is a run of agent '${agent}', and no conversation`);
}

async function withEarlier(
  client: Client,
  { runId, reach }: Execution & { readonly reach: Reach },
  newest: readonly HistoryEvent[],
): Promise<readonly HistoryEvent[]> {
  const decoder = new Decoder(client.options.loadedDataConverter);
  const histories = [newest];
  for (;;) {
    const before = await executionBefore(decoder, histories[0] ?? [], reach);
    const earlier = before && (await fetchIfRetained(client, { runId, ...before }));
    if (earlier === undefined) return histories.flat();
    histories.unshift(earlier);
  }
}

/** The workflow run before, or the one that was opened again, when what this one was handed does not suffice. */
async function executionBefore(
  decoder: Decoder,
  events: readonly HistoryEvent[],
  reach: Reach,
): Promise<Pick<Execution, 'execution' | 'events'> | undefined> {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  if (!started) return undefined;
  const [input, handed] = await decoder.all(started.input);
  const carried = toHanded<CarriedConversation>(handed);
  if (carried === undefined || (reach !== 'all' && isWhole(carried))) return undefined;
  if (started.continuedExecutionRunId) return { execution: started.continuedExecutionRunId };
  const { origin } = fromWire<ConversationInput>(input).conversation;
  if (origin?.kind !== 'reopen' || origin.execution === undefined) return undefined;
  return { execution: origin.execution, events: origin.events };
}

function isWhole({ running, transcript = running?.run.transcript }: CarriedConversation): boolean {
  return transcript === undefined || (transcript.held !== undefined && transcript.dropped === 0);
}

/** The messages that a conversation was begun with, and has not loaded yet. */
async function restoreFromOrigin(client: Client, id: string, recorded: RecordedConversation): Promise<void> {
  const { conversationId = id, execution, events } = recorded.request.origin ?? {};
  if (execution === undefined) return;
  const source = await readConversation(client, { runId: conversationId, execution, events }, 'last');
  recorded.restore(source.seenSoFar());
}
