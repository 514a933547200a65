// A server that speaks OpenAI's Chat Completions API, answers from a script, and counts. A process of its own, so that
// its CPU is not the worker's.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from '../processes/answer-parent';
import { cpuOfThisProcess } from '../processes/cpu';
import type { Counters, ProviderContract } from './contract';
import { Journal } from './journal';
import { readRequest, type ModelRequest } from './read-request';
import { REFUSAL, toResponse } from './responses';

const RETRY_AFTER_SECONDS = 600;

const journal = new Journal();
const counters: { -readonly [Name in keyof Counters]: number } = {
  requests: 0,
  refused: 0,
  receivedBytes: 0,
  sentBytes: 0,
};

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const at = performance.timeOrigin + performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer); // no encoding is set
  const body = Buffer.concat(chunks);
  counters.requests += 1;
  counters.receivedBytes += body.length;
  const request = readRequest(body);
  const status = toStatus(request);
  const { journal: run, latency = 0 } = request.script;
  if (run !== undefined) journal.note(run, { position: request.position, at, refused: status !== 200 });
  if (latency > 0) await sleep(latency);
  send(outgoing, status, status === 200 ? toResponse(request) : REFUSAL);
}

function toStatus({ script, position }: ModelRequest): 200 | 429 | 503 {
  if (script.park === true && position >= script.calls) return 429;
  if (script.failAt !== position) return 200;
  const seen = journal.read(script.journal ?? '').some((entry) => entry.position === position);
  return seen ? 200 : 503;
}

function send(outgoing: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  counters.sentBytes += length;
  if (status !== 200) counters.refused += 1;
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(length),
    ...(status === 429 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
  });
  outgoing.end(text);
}

async function main(): Promise<void> {
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  server.keepAliveTimeout = 600_000; // a connection that closes under a request would be counted as somebody's slowness
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on a port, not on a pipe
  process.once('SIGTERM', () => process.exit(0));
  answerParent<ProviderContract>({
    baseURL: () => `http://127.0.0.1:${port}/v1`,
    counters: () => counters,
    cpu: cpuOfThisProcess,
    journal: (run) => journal.read(run),
    untilRequests: ({ run, requests }) => journal.untilRequests(run, requests),
  });
}

void main();
