// Records the histories that test/replay replays against new workflow code. Run by hand, after `npm run build`:
//
//   TEMPORAL_ADDRESS=127.0.0.1:7233 node scripts/record-histories.mjs
//
// without TEMPORAL_ADDRESS it starts a dev server of its own. The recordings stand for runs that are open while a new
// version is deployed: record again only when old runs need not be continued any more, and say so in the changelog.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { defineAgent, defineTool, ModelRetry, ToolFailed } from 'perdure';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';
import { functionModel } from 'perdure/testing';
import { createWorker } from 'perdure/worker';
import { z } from 'zod';

const HISTORIES = new URL('../test/replay/histories/', import.meta.url);

const answered = (messages) => messages.filter(({ kind }) => kind === 'response').length;

/** Gives one answer after the other, deciding from the messages alone: any process can go on. */
const following = (...answers) => functionModel((messages) => answers[answered(messages)]);

const number = defineTool({
  name: 'number',
  description: 'Gives a number back.',
  input: z.object({ value: z.number() }),
  execute: ({ value }, { retry }) => {
    if (value < 0) throw new ToolFailed('there are no negative numbers here');
    if (value === 0 && retry === 0) throw new ModelRetry('not zero, please');
    return value;
  },
});

const slow = defineTool({
  name: 'slow',
  description: 'Takes its time.',
  input: z.object({ seconds: z.number() }),
  execute: async ({ seconds }, { signal }) => {
    process.send?.('slow tool runs');
    await sleep(seconds * 1_000, undefined, { signal });
    return 'done';
  },
});

const large = defineTool({
  name: 'large',
  description: 'Returns more than can be recorded.',
  input: z.object({}),
  execute: () => 'x'.repeat(2_000_000),
});

const numbers = (...values) => values.map((value) => ({ tool: 'number', args: { value } }));

const pause = (seconds) => [{ tool: 'slow', args: { seconds } }];

const AGENTS = [
  defineAgent({ name: 'text', model: following('Hello!') }),
  defineAgent({
    name: 'tools',
    tools: [number],
    model: following(
      numbers(1, 0, -1),
      [...numbers(2), { tool: 'number', args: { value: 'three' } }, { tool: 'invented' }],
      'That was 1, 2 and not 3.',
    ),
    retries: { tools: 3 },
  }),
  defineAgent({
    name: 'structured',
    output: z.object({ sum: z.number() }),
    model: following(
      [{ tool: 'final_result', args: { sum: 'three' } }],
      [{ tool: 'final_result', args: { sum: 3 } }],
    ),
  }),
  defineAgent({
    name: 'limited',
    tools: [number],
    model: following(numbers(1), numbers(2), 'Never said.'),
    usageLimits: { requestLimit: 2 },
  }),
  defineAgent({ name: 'killed-worker', tools: [slow], model: following(pause(2), 'Done at last.') }),
  defineAgent({ name: 'cancelled', tools: [slow], model: following(pause(60), 'Never said.') }),
  defineAgent({ name: 'oversize', tools: [large], model: following([{ tool: 'large' }], 'Never said.') }),
];

async function record() {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const client = await AgentClient.connect({ taskQueue: 'replay' });
  await recordKilledWorker(client);
  const worker = await createWorker({ agents: AGENTS, taskQueue: 'replay' });
  await worker.runUntil(async () => {
    for (const agent of ['text', 'tools', 'structured', 'limited', 'oversize']) {
      await recordRun(client, agent);
    }
    await recordRun(client, 'cancelled', cancelInTool);
  });
  await client.close();
}

async function recordRun(client, agent, act = async () => undefined) {
  const handle = await client.start(agent, 'For the record.', { runId: `${agent}-${randomUUID()}` });
  await act(handle);
  await handle.result().catch((error) => console.log(`${agent}: ${error.name}: ${error.message}`));
  await save(client, handle.id, agent);
}

async function cancelInTool(handle) {
  while (!(await handle.messages()).some(({ kind }) => kind === 'response')) await sleep(20);
  await sleep(1_000); // the tool runs by now
  await handle.cancel('recorded');
}

async function recordKilledWorker(client) {
  const runId = `killed-worker-${randomUUID()}`;
  const handle = await client.start('killed-worker', 'For the record.', { runId });
  const child = fork(fileURLToPath(import.meta.url), ['worker']);
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const worker = await createWorker({ agents: AGENTS, taskQueue: 'replay' });
  await worker.runUntil(() => handle.result());
  await save(client, handle.id, 'killed-worker');
}

async function save(client, runId, name) {
  const history = await client.temporal.workflow.getHandle(runId).fetchHistory();
  const text = JSON.stringify(withoutPlaces(JSON.parse(historyToJSON(history))), null, 1);
  await writeFile(new URL(`${name}.json`, HISTORIES), `${text}\n`);
  console.log(`${name}: ${history.events?.length} events`);
}

/** Names of machines and paths on them say nothing of a run. */
function withoutPlaces(value, key = '') {
  if (key === 'identity') return 'recorder';
  if (key === 'stackTrace') return '';
  if (typeof value === 'string') return value.replace(/^\d+@\S+$/, 'recorder'); // a worker's own queue
  if (Array.isArray(value)) return value.map((item) => withoutPlaces(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutPlaces(item, name)]));
}

async function serveUntilKilled() {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  process.once('disconnect', () => process.exit(1));
  await (await createWorker({ agents: AGENTS, taskQueue: 'replay' })).run();
}

if (process.argv[2] === 'worker') await serveUntilKilled();
else {
  const server = process.env.TEMPORAL_ADDRESS === undefined ? await startDevServer() : undefined;
  if (server !== undefined) process.env.TEMPORAL_ADDRESS = server.address;
  await record();
  await server?.stop();
}
