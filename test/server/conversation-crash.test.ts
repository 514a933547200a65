// Needs a real Temporal server, and starts one of its own. Workers and the server are ended in mid-turn.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentClient, type Conversation } from 'perdure/client';
import { type DevServer, startDevServer } from 'perdure/dev-server';
import { until } from '../support/until';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process';

let taskQueue: string;
let client: AgentClient;
let chat: Conversation;
let worker: WorkerProcess;

async function prepare(address?: string): Promise<void> {
  taskQueue = `crash-${randomUUID()}`;
  const connection = address === undefined ? {} : { address };
  client = await AgentClient.connect({ taskQueue, ...connection });
  chat = client.conversation('counter', `chat-of-${taskQueue}`, { rollOver: { historyEvents: 60 } });
  worker = await startWorker(address);
}

function startWorker(address?: string): Promise<WorkerProcess> {
  return startWorkerProcess('counting-worker.ts', {
    taskQueue,
    latency: 200,
    ...(address === undefined ? {} : { address }),
  });
}

/** Waits until the turn has made so many calls. */
async function untilCalled(turnId: string, calls: number): Promise<void> {
  await until(async () => {
    const turn = (await chat.turns()).find(({ id }) => id === turnId);
    return (turn?.usage.toolCalls ?? 0) >= calls ? true : undefined;
  });
}

afterEach(async () => {
  await worker.kill();
  await client.close();
});

describe('a turn', () => {
  it('comes to its end although its worker is killed again and again, and so does the one behind it', async () => {
    await prepare();
    const first = (await chat.sendAsync('count 12', { turnId: 'first' })).result();
    const second = chat.send('count 3', { turnId: 'second' });
    for (const calls of [2, 5, 9]) {
      await untilCalled('first', calls);
      await worker.kill();
      worker = await startWorker();
    }
    await expect(first).resolves.toMatchObject({
      output: '12 counted, 25 messages',
      usage: { requests: 13, toolCalls: 12 },
    });
    await expect(second).resolves.toMatchObject({
      output: '3 counted, 33 messages',
      conversationUsage: { requests: 17, toolCalls: 15 },
    });
    expect((await chat.turns()).map(({ id }) => id)).toEqual(['first', 'second']);
  });
});

describe('a server that is stopped and started again', () => {
  let folder: string;
  let server: DevServer;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perdure-conversation-'));
  });

  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('keeps nobody from the result of the turn, neither its sender nor those who wait', async () => {
    const { TEMPORAL_ADDRESS: _address, TEMPORAL_UI_URL: _uiUrl, ...environment } = process.env;
    const options = { ui: false, databaseFile: join(folder, 'temporal.db'), environment };
    server = await startDevServer(options);
    await prepare(server.address);
    await chat.sendAsync('count 10', { turnId: 'first' });
    const first = chat.send('count 10', { turnId: 'first' });
    const second = chat.send('count 2', { turnId: 'second' });
    await untilCalled('first', 3);
    const waiting = chat.turn('first').result();
    const port = Number(server.address.split(':')[1]);
    await server.stop();
    server = await startDevServer({ ...options, port });
    await expect(first).resolves.toMatchObject({
      output: '10 counted, 21 messages',
      usage: { toolCalls: 10 },
    });
    await expect(waiting).resolves.toMatchObject({ output: '10 counted, 21 messages' });
    await expect(second).resolves.toMatchObject({ output: '2 counted, 27 messages' });
    await expect(chat.usage()).resolves.toMatchObject({ requests: 14, toolCalls: 12 });
  });
});
