// The conversations that record-histories.mjs records.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker } from 'perdure/worker';
import { AGENTS } from './agents.mjs';
import { chainOf, pick, save } from './save.mjs';

/** All that can be done in a conversation, in one workflow run. */
export async function recordConversation(client, name) {
  const chat = begin(client, name, { usageLimits: { totalTokensLimit: 100_000 } });
  await chat.send('walk 1', { turnId: 'first' });
  await chat.sendAsync('wait', { turnId: 'interrupted' });
  await whileToolRuns(client, chat);
  const queued = chat.send('second', { turnId: 'queued' });
  await chat.send('at once', { turnId: 'next', whenBusy: 'interrupt' });
  await queued;
  await chat.retry({ turnId: 'retried' });
  await chat.rewind({ to: 'next' });
  await chat.sendAsync('wait', { turnId: 'cancelled' });
  await whileToolRuns(client, chat);
  await chat.turn('cancelled').cancel('recorded');
  await chat.turn('cancelled').result().catch(tell);
  await chat.send('anybody?', { turnId: 'failed', agent: 'nobody' }).catch(tell);
  await chat.send('walk 2', { turnId: 'last' });
  await close(client, chat);
  const [history] = await chainOf(client, chat.id);
  await save(name, history);
}

/** Handed on in the midst of a turn, while another one waits. */
export async function recordInMidTurn(client, name) {
  const chat = begin(client, name, { rollOver: { historyEvents: 30 } });
  await chat.send('hello', { turnId: 'first' });
  await chat.sendAsync('walk 6', { turnId: 'second' });
  await chat.send('bye', { turnId: 'third' });
  await close(client, chat);
  await save(name, await pick(client, chat.id, ({ running, queue }) => running && queue.length > 0));
}

/** Handed on between two turns. */
export async function recordBetweenTurns(client, name) {
  const chat = begin(client, name, { rollOver: { historyEvents: 30 } });
  for (const word of ['one', 'two', 'three', 'four', 'five']) await chat.send(word, { turnId: word });
  await close(client, chat);
  await save(name, await pick(client, chat.id, ({ running, queue }) => !running && queue.length === 0));
}

/** Handed on to another version of the worker. */
export async function recordMoved(client, name) {
  const chat = begin(client, name);
  await underVersion(client, { name, buildId: '1' }, async () => {
    await chat.send('hello', { turnId: 'first' });
    await underVersion(client, { name, buildId: '2' }, async () => {
      while ((await chainOf(client, chat.id)).length === 1) await chat.send('and now?');
      await close(client, chat);
    });
  });
  const [first] = await chainOf(client, chat.id);
  await save(name, first);
}

function begin(client, name, options) {
  return client.conversation('talker', `${name}-${randomUUID()}`, options);
}

async function close({ temporal }, chat) {
  await chat.close('recorded');
  await temporal.workflow.getHandle(chat.id).result();
}

async function underVersion({ temporal }, { name, buildId }, act) {
  const deployment = { name, buildId };
  const worker = await createWorker({ agents: AGENTS, taskQueue: name, deployment });
  await worker.runUntil(async () => {
    const { namespace } = temporal.options;
    const current = { namespace, deploymentName: name, buildId };
    // It is known when its worker has asked for work.
    while (!(await makeCurrent(temporal, current))) await sleep(100);
    await act();
  });
}

function makeCurrent({ workflowService }, current) {
  return workflowService.setWorkerDeploymentCurrentVersion(current).then(
    () => true,
    () => false,
  );
}

async function whileToolRuns({ temporal }, { id }) {
  const handle = temporal.workflow.getHandle(id);
  const runs = ({ raw }) => raw.pendingActivities.some(({ activityType }) => activityType.name === 'slow');
  while (!runs(await handle.describe())) await sleep(20);
  await sleep(500);
}

function tell(error) {
  console.log(`${error.name}: ${error.message}`);
}
