// The runs that record-histories.mjs records.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker } from 'perdure/worker';
import { AGENTS } from './agents.mjs';
import { chainOf, pick, save } from './save.mjs';

export async function recordRun(client, name, agent = name) {
  const handle = await start(client, name, agent);
  await end(handle);
  await saveLast(client, handle, name);
}

/** One that begins with its first model request, because its client has the agent. */
export function recordBegun(client, name) {
  return recordRun(
    client,
    name,
    AGENTS.find((agent) => agent.name === name),
  );
}

export async function recordCancelled(client, name) {
  const handle = await start(client, name);
  while (!(await handle.messages()).some(({ kind }) => kind === 'response')) await sleep(20);
  await sleep(1_000); // the tool runs by now
  await handle.cancel('recorded');
  await end(handle);
  await saveLast(client, handle, name);
}

/** `program` serves until it is killed. */
export async function recordKilledWorker(client, name, program) {
  const handle = await start(client, name);
  const child = fork(program, ['serve', name]);
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const worker = await createWorker({ agents: AGENTS, taskQueue: name });
  await worker.runUntil(() => handle.result());
  await saveLast(client, handle, name);
}

/** A run that another workflow run goes on with: one of those that were handed something. */
export const recordHandedOn = (isWanted, agent) => async (client, name) => {
  const handle = await client.start(agent ?? name, 'walk 6', { runId: `${name}-${randomUUID()}` });
  await handle.result();
  await save(name, await pick(client, handle.id, isWanted));
};

function start(client, name, agent = name) {
  return client.start(agent, 'For the record.', { runId: `${name}-${randomUUID()}` });
}

async function end(handle) {
  await handle.result().catch((error) => console.log(`${error.name}: ${error.message}`));
}

async function saveLast(client, { id }, name) {
  const chain = await chainOf(client, id);
  await save(name, chain.at(-1));
}
