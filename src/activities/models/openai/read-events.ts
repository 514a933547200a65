import { isJsonObject, type JsonObject } from '../../../common/json';
import { toPageText } from './page-text';
import { readLines } from './read-lines';
import { toAnsweredError, UnreadableAnswer } from './unreadable-answer';

/** By this, Chat Completions says that there is no more to come. */
export const DONE = '[DONE]';

export type StreamEvents = AsyncIterable<JsonObject | typeof DONE>;

/** A field of an event, a comment, or the end of an event. Anything else was not written by a server that streams. */
const FIELD = /^(?<name>[\w-]*)(: ?(?<value>.*))?$/s;

/**
 * The events of a stream; errors among them are thrown. Not by the client's own reader: it hides the end of the stream,
 * passes over a proxy's page in it, and prints what it cannot read.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject | typeof DONE> {
  let data: string[] = [];
  const stray: string[] = [];
  for await (const line of readLines(body)) {
    const field = FIELD.exec(line)?.groups;
    if (stray.length > 0 || field === undefined) stray.push(line);
    else if (field['name'] === 'data') data.push(field['value'] ?? '');
    else if (line === '') {
      yield* toEvents(data);
      data = [];
    }
  }
  if (stray.length > 0) throw toStrayError(stray.join('\n'));
  // The last event may lack the empty line; it may as well be half an event, and then the stream has no end.
  if (parse(data.join('\n')) !== undefined) yield* toEvents(data);
}

/** No event where a server only showed that it is still there. */
function toEvents(data: readonly string[]): (JsonObject | typeof DONE)[] {
  const text = data.join('\n').trim();
  if (text === '') return [];
  if (text === DONE) return [DONE];
  const event = parse(text);
  if (!isJsonObject(event)) throw toStrayError(text);
  const error = toAnsweredError(event);
  if (error !== undefined) throw error;
  return [event];
}

/** Retryable, because what wrote this was hardly the provider; unless it is an error that says otherwise. */
function toStrayError(text: string): UnreadableAnswer {
  const object = parse(text);
  const error = isJsonObject(object) ? toAnsweredError(object) : undefined;
  return error ?? new UnreadableAnswer(`is a stream with ${toPageText(text)} in it`, { retryable: true });
}

function parse(text: string): unknown {
  if (text.trim() === DONE) return DONE;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
