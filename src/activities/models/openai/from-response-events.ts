import { isJsonArray, isJsonObject, type JsonObject } from '../../../common/json';
import { DONE, type StreamEvents } from './read-events';
import { endedTooEarly, toAnsweredError, type UnreadableAnswer } from './unreadable-answer';

const LAST_EVENTS: readonly unknown[] = ['response.completed', 'response.incomplete', 'response.failed'];

/** The body that a stream of the Responses API ends with: its last event holds the whole response. */
export async function fromResponseEvents(events: StreamEvents): Promise<JsonObject> {
  const items = new Map<number, JsonObject>();
  for await (const event of events) {
    if (event === DONE) break;
    const { type, response, item, output_index: index } = event;
    if (type === 'error') throw toEventError(event);
    if (type === 'response.output_item.done' && isJsonObject(item)) items.set(Number(index), item);
    if (LAST_EVENTS.includes(type) && isJsonObject(response)) return withItems(response, items);
  }
  throw endedTooEarly();
}

/** Some compatible servers send the items one by one and leave them out at the end. */
function withItems(response: JsonObject, items: ReadonlyMap<number, JsonObject>): JsonObject {
  if (items.size === 0 || (isJsonArray(response['output']) && response['output'].length > 0)) return response;
  const output = [...items].sort(([left], [right]) => left - right).map(([, item]) => item);
  return { ...response, output };
}

function toEventError({ type: _, sequence_number: __, ...error }: JsonObject): UnreadableAnswer {
  return toAnsweredError({ error }) ?? endedTooEarly();
}
