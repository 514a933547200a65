// Records the histories that test/replay replays against new workflow code, and samples of the state that one workflow
// run hands to the next. Run by hand, after `npm run build`:
//
//   TEMPORAL_ADDRESS=127.0.0.1:7233 node scripts/record-histories.mjs [NAME …]
//
// without TEMPORAL_ADDRESS it starts a dev server of its own; without names it records what is not there yet, samples of
// the package's present version among it. Recordings stand for what is open while a new version is deployed: record one
// again only when what is open need not be continued any more, and say so in the changelog.
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';
import { createWorker } from 'perdure/worker';
import { AGENTS } from './histories/agents.mjs';
import {
  recordBetweenTurns,
  recordConversation,
  recordInMidTurn,
  recordMoved,
} from './histories/conversations.mjs';
import {
  recordBegun,
  recordCancelled,
  recordHandedOn,
  recordKilledWorker,
  recordRun,
} from './histories/runs.mjs';
import { isRecorded } from './histories/save.mjs';

const PROGRAM = fileURLToPath(import.meta.url);

/** With a worker beside it. */
const served = (act) => async (client, name) => {
  const worker = await createWorker({ agents: AGENTS, taskQueue: name });
  await worker.runUntil(() => act(client, name));
};

const RECORDINGS = {
  text: served(recordRun),
  tools: served(recordRun),
  structured: served(recordRun),
  begun: served(recordBegun),
  'begun-failed': served(recordBegun),
  limited: served(recordRun),
  oversize: served(recordRun),
  cancelled: served(recordCancelled),
  'killed-worker': (client, name) => recordKilledWorker(client, name, PROGRAM),
  'handed-on-calling': served(recordHandedOn(({ phase }) => phase.kind === 'calling', 'walker')),
  'handed-on-requesting': served(recordHandedOn(({ phase }) => phase.kind === 'requesting', 'walker')),
  'handed-on-compacted': served(recordHandedOn(({ transcript }) => 'gzip' in transcript.held.earlier)),
  loaded: served(recordHandedOn(({ transcript }) => transcript.held === undefined)),
  compacted: served(recordRun),
  conversation: served(recordConversation),
  'conversation-in-mid-turn': served(recordInMidTurn),
  'conversation-between-turns': served(recordBetweenTurns),
  'conversation-moved': recordMoved,
};

async function record(names) {
  for (const name of names) {
    const client = await AgentClient.connect({ taskQueue: name });
    await RECORDINGS[name](client, name);
    await client.close();
  }
}

async function serveUntilKilled(taskQueue) {
  process.once('disconnect', () => process.exit(1));
  await (await createWorker({ agents: AGENTS, taskQueue })).run();
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const [first, queue] = process.argv.slice(2);
if (first === 'serve') await serveUntilKilled(queue);
else {
  const asked = process.argv.slice(2);
  const names = asked.length > 0 ? asked : Object.keys(RECORDINGS).filter((name) => !isRecorded(name));
  const server = process.env.TEMPORAL_ADDRESS === undefined ? await startDevServer() : undefined;
  if (server !== undefined) process.env.TEMPORAL_ADDRESS = server.address;
  await record(names);
  await server?.stop();
}
