import { writeSync } from 'node:fs';
import { runAsWorker } from 'synckit';
import { AgentClient } from './agent-client';
import { connectClient } from './connect-client';
import { toErrorRecord } from './error-record';
import type { AnyRunOptions } from './run-options';
import type { RunResult } from './run-result';
import { fromText, type SyncAnswer, type SyncOutcome, type SyncRequest, toText } from './sync-bridge';

const STANDARD_ERROR = 2;

const clients = new Map<string, AgentClient>();

/** Connected once for each server, task queue and storage, and kept for the calls to come. */
async function clientFor({ settings, taskQueue, large }: SyncRequest): Promise<AgentClient> {
  const key = JSON.stringify([settings, taskQueue, large]);
  const client = clients.get(key) ?? new AgentClient(await connectClient(settings), { ...large, taskQueue });
  clients.set(key, client);
  return client;
}

async function answer(request: SyncRequest): Promise<SyncAnswer> {
  try {
    const client = await clientFor(request);
    return toAnswer(await client.run(request.agent, request.prompt, toOptions(request)));
  } catch (error) {
    return { error: toErrorRecord(error) };
  }
}

function toOptions({ options, deadline }: SyncRequest): AnyRunOptions {
  return deadline === undefined ? options : { ...options, deadline: new Date(deadline) };
}

/** What is undefined does not survive JSON, which says the same. */
function toAnswer(result: RunResult): SyncAnswer {
  const { runId, output, usage, conversationId, finishReason, metadata, limitReached } = result;
  const outcome = { output, usage, conversationId, finishReason, metadata, limitReached };
  return { runId, outcome: outcome as SyncOutcome }; // it was JSON a moment ago
}

runAsWorker(async (text: string) => toText(await answer(fromText<SyncRequest>(text))));

// Synckit holds back what this thread prints until the call ends. That no worker takes the run must be read before.
process.stderr._writev = (chunks, done) => {
  // Node's declaration says `any`.
  for (const { chunk } of chunks as { chunk: string | Uint8Array }[]) {
    writeSync(STANDARD_ERROR, chunk.toString());
  }
  done();
};
