import { writeSync } from 'node:fs';
import { runAsWorker } from 'synckit';
import { AgentClient } from './agent-client';
import { connectClient } from './connect-client';
import { toErrorRecord } from './error-record';
import { fromText, type SyncAnswer, type SyncRequest, toText } from './sync-bridge';

const STANDARD_ERROR = 2;

const clients = new Map<string, AgentClient>();

/** Connected once for each server and task queue, and kept for the calls to come. */
async function clientFor({ settings, taskQueue }: SyncRequest): Promise<AgentClient> {
  const key = JSON.stringify([settings, taskQueue]);
  const client = clients.get(key) ?? new AgentClient(await connectClient(settings), { taskQueue });
  clients.set(key, client);
  return client;
}

async function answer(request: SyncRequest): Promise<SyncAnswer> {
  try {
    const client = await clientFor(request);
    const { runId, output, usage } = await client.run(request.agent, request.prompt, request.options);
    return { runId, outcome: { output: output as never, usage } }; // it was JSON a moment ago
  } catch (error) {
    return { error: toErrorRecord(error) };
  }
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
