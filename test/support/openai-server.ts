// A real HTTP server that answers as OpenAI would, from a script; it notes what it was asked, and whether the asker left.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/common/json';
import { errorBody } from './openai-bodies';

export * from './openai-bodies';
export * from './openai-streams';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: JsonObject;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The client left before it had the whole answer. */
  aborted: boolean;
}

export interface ScriptedAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; a text as it is, and as HTML unless a header says otherwise. */
  readonly body?: JsonObject | string;
  readonly delayMs?: number;
  /** Breaks the connection after so many characters of the body. */
  readonly breakAfter?: number;
  /** Falls silent after so many characters of the body. */
  readonly stallAfter?: number;
  /** Sends the body in pieces of so many bytes, without saying how long it will be. */
  readonly pieceBytes?: number;
}

/** Answers in the order of the requests, or a function that finds one. Too many requests for a list get a 400. */
export type Script =
  | readonly ScriptedAnswer[]
  | ((request: ReceivedRequest, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>);

export interface OpenAIServer {
  /** With the `/v1` that the client expects. */
  readonly baseURL: string;
  /** In the order of their arrival. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves with the first request whose client has left, be it in the past or the future. */
  readonly firstAborted: Promise<ReceivedRequest>;
  close(): Promise<void>;
}

export async function startOpenAIServer(script: Script): Promise<OpenAIServer> {
  const requests: ReceivedRequest[] = [];
  let noteAbort: (request: ReceivedRequest) => void = () => {};
  const firstAborted = new Promise<ReceivedRequest>((resolve) => (noteAbort = resolve));
  const server = createServer((incoming, outgoing) => {
    void receive(incoming).then(async (request) => {
      const index = requests.push(request) - 1;
      outgoing.on('close', () => {
        if (outgoing.writableFinished) return;
        request.aborted = true;
        noteAbort(request);
      });
      await answer(outgoing, await nextAnswer(script, request, index));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on a port, not on a pipe
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    requests,
    firstAborted,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer); // no encoding is set
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as JsonObject, // the client sends objects only
    receivedAt: Date.now(),
    aborted: false,
  };
}

async function nextAnswer(script: Script, request: ReceivedRequest, index: number): Promise<ScriptedAnswer> {
  if (typeof script === 'function') return script(request, index);
  const used = `The script has ${script.length} answers, and this is request ${index + 1}`;
  return script[index] ?? { status: 400, body: errorBody(used) };
}

async function answer(outgoing: ServerResponse, scripted: ScriptedAnswer): Promise<void> {
  const { status = 200, headers = {}, body = '', delayMs = 0, breakAfter, stallAfter, pieceBytes } = scripted;
  await sleep(delayMs, undefined, { ref: false }); // an answer that nobody waits for keeps no process alive
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = typeof body === 'string' ? 'text/html' : 'application/json';
  const length = pieceBytes === undefined ? { 'content-length': String(Buffer.byteLength(text)) } : {};
  outgoing.writeHead(status, { 'content-type': contentType, ...length, ...headers });
  if (stallAfter !== undefined) return void outgoing.write(text.slice(0, stallAfter));
  if (breakAfter !== undefined) {
    return void outgoing.write(text.slice(0, breakAfter), () => outgoing.socket?.destroy());
  }
  if (pieceBytes === undefined) return void outgoing.end(text);
  for (const piece of piecesOf(Buffer.from(text), pieceBytes)) outgoing.write(piece);
  outgoing.end();
}

function piecesOf(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
