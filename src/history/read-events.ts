import type { LoadedDataConverter } from '@temporalio/common';
import { isConversationInput } from '../common/conversation-wire';
import { ActivityReader } from './activity-reader';
import { ConversationReader } from './conversation-reader';
import { Decoder } from './decode';
import type { HistoryEvent } from './fetch-events';
import type { RecordedConversation } from './recorded-conversation';
import type { RecordedRun } from './recorded-run';
import { RunReader } from './run-reader';

/** What a workflow of this library recorded. */
export type Recorded = RecordedRun | RecordedConversation;

/** Tells a run, or a conversation, all that happened in it. */
export async function readEvents(
  converter: LoadedDataConverter,
  events: readonly HistoryEvent[],
): Promise<Recorded> {
  const decoder = new Decoder(converter);
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const isConversation = isConversationInput((await decoder.all(started?.input))[0]);
  const reader = isConversation ? new ConversationReader(decoder) : new RunReader(decoder);
  const activities = new ActivityReader(decoder, reader.recorded);
  for (const event of events) {
    await reader.read(event);
    await activities.read(event);
  }
  return reader.recorded;
}
