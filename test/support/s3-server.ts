// A server that speaks as much of S3's protocol as storing and reading objects takes, by path (`/bucket/key`).
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface S3Server {
  readonly endpoint: string;
  /** By `bucket/key`, decoded. */
  readonly objects: Map<string, Buffer>;
  /** `PUT bucket/key`, in the order of their coming. */
  readonly requests: string[];
  /** Answers that go before all others: HTTP status and S3's code of the error. */
  readonly failures: Failure[];
  /** How long each answer takes, in milliseconds. */
  latency: number;
  stop(): Promise<void>;
}

/** A server with one bucket and one access key. */
export async function startS3Server(bucket: string, accessKey: string): Promise<S3Server> {
  const state: State = { objects: new Map(), requests: [], failures: [], latency: 0 };
  const server = createServer((request, response) => {
    void answer(state, { bucket, accessKey }, request).then((result) => send(response, result));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

interface Failure {
  readonly status: number;
  readonly code: string;
}

type State = Pick<S3Server, 'objects' | 'requests' | 'failures' | 'latency'>;

type Answer = Failure | { readonly status: 200; readonly body: Buffer };

async function answer(
  { objects, requests, failures, latency }: State,
  { bucket, accessKey }: { bucket: string; accessKey: string },
  request: IncomingMessage,
): Promise<Answer> {
  const body = await buffer(request);
  const { pathname } = new URL(request.url ?? '', 'http://s3');
  const path = decodeURIComponent(pathname.slice(1));
  requests.push(`${request.method} ${path}`);
  await sleep(latency);
  const failure = failures.shift();
  if (failure !== undefined) return failure;
  if (!isSigned(request, accessKey)) return { status: 403, code: 'InvalidAccessKeyId' };
  if (!path.startsWith(`${bucket}/`)) return { status: 404, code: 'NoSuchBucket' };
  if (request.method === 'PUT') {
    if (!isIntact(request, body)) return { status: 400, code: 'XAmzContentSHA256Mismatch' };
    objects.set(path, body);
    return { status: 200, body: Buffer.alloc(0) };
  }
  const found = objects.get(path);
  return found === undefined ? { status: 404, code: 'NoSuchKey' } : { status: 200, body: found };
}

/** By signature version 4; whether the signature is right is between the client and the real server. */
function isSigned({ headers }: IncomingMessage, accessKey: string): boolean {
  const { authorization = '' } = headers;
  return authorization.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKey}/`);
}

function isIntact({ headers }: IncomingMessage, body: Buffer): boolean {
  const declared = headers['x-amz-content-sha256'];
  return declared === 'UNSIGNED-PAYLOAD' || declared === createHash('sha256').update(body).digest('hex');
}

function send(response: ServerResponse, result: Answer): void {
  if ('body' in result) {
    response.writeHead(200, { etag: '"0"', 'content-length': result.body.length }).end(result.body);
    return;
  }
  const { status, code } = result;
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is</Message></Error>`);
}
