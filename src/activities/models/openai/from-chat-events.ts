import { isJsonObject, type JsonObject } from '../../../common/json';
import { emptyCompletion, isFinished, mergeChunk } from './merge-chunk';
import { DONE, type StreamEvents } from './read-events';
import { endedTooEarly } from './unreadable-answer';

/** The body that the chunks of the Chat Completions API amount to. */
export async function fromChatEvents(events: StreamEvents): Promise<JsonObject> {
  const completion = emptyCompletion();
  for await (const event of events) {
    if (event === DONE) return completion;
    mergeChunk(completion, event);
  }
  // Not every compatible server says the last word; the tokens come after all else.
  if (isFinished(completion) && isJsonObject(completion['usage'])) return completion;
  throw endedTooEarly();
}
