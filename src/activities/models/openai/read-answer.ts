import type { JsonObject } from '../../../common/json';
import { readEvents, type StreamEvents } from './read-events';

/** The body of an answer. A stream is known by its type, not by what was asked for: servers do as they please. */
export async function readAnswer(
  answer: Response,
  fromEvents: (events: StreamEvents) => Promise<JsonObject>,
): Promise<unknown> {
  const type = answer.headers.get('content-type') ?? '';
  const isStream = /\btext\/event-stream\b/i.test(type);
  if (isStream && answer.body !== null) return fromEvents(readEvents(answer.body));
  const text = await answer.text();
  return /[/+]json\b/i.test(type) ? JSON.parse(text) : text;
}
