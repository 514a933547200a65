// What a recorded stream amounts to, by the client's own way of putting the pieces together, which is not ours.
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import type { JsonObject } from '../../src/common/json';
import { apiOf, type Exchange } from './recordings';

/** The events of a stream, the last word of Chat Completions left out. */
export function eventsOf({ response }: Exchange): JsonObject[] {
  return String(response.body)
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)) as JsonObject); // as recorded
}

/** The body that the API would have sent in one piece. */
export async function wholeBodyOf(exchange: Exchange): Promise<JsonObject> {
  const events = eventsOf(exchange);
  if (apiOf(exchange) === 'responses') return events.at(-1)?.['response'] as JsonObject; // its last event holds it
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const stream = ChatCompletionStream.fromReadableStream(new Blob([lines]).stream());
  return JSON.parse(JSON.stringify(await stream.finalChatCompletion())) as JsonObject; // drops what is undefined
}
