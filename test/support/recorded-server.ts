// Answers as the real API did: with the recorded answer to the request that means the same, each of them once.
import { isDeepStrictEqual } from 'node:util';
import { errorBody, type OpenAIServer, type ReceivedRequest, startOpenAIServer } from './openai-server';
import { meaningOf } from './recorded-meaning';
import type { Exchange, Recording } from './recordings';

export interface RecordedServer extends OpenAIServer {
  /** The exchanges that nobody asked for. */
  unasked(): readonly Exchange[];
}

export async function startRecordedServer({ name, exchanges }: Recording): Promise<RecordedServer> {
  const unasked = new Set(exchanges);
  const server = await startOpenAIServer((request) => {
    const exchange = [...unasked].find((candidate) => isSame(request, candidate, name));
    if (exchange === undefined) return { status: 400, body: errorBody('No recorded request means the same') };
    unasked.delete(exchange);
    const { status, body, contentType } = exchange.response;
    return { status, body, headers: { 'content-type': contentType }, pieceBytes: 1000 };
  });
  return { ...server, unasked: () => [...unasked] };
}

function isSame(received: ReceivedRequest, { request }: Exchange, name: string): boolean {
  return (
    received.method === request.method &&
    new URL(request.url).pathname.endsWith(received.path.replace('/v1', '')) &&
    isDeepStrictEqual(meaningOf(received.body, name), meaningOf(request.body, name))
  );
}
