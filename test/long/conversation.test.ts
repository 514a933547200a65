// Starts a Temporal server of its own, and restarts it. Takes half an hour: a worker that dies within a workflow task costs its 10 s.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentClient } from 'perdure/client';
import { type DevServer, startDevServer } from 'perdure/dev-server';
import { chainOf, growthOf } from '../support/chain';
import { createCallLog, readCalls } from '../support/call-log';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process';

const TURNS = Number(process.env['TURNS'] ?? 2_000);
const TURNS_PER_WORKER = Number(process.env['TURNS_PER_WORKER'] ?? 20);
const SERVER_RESTARTS = 3;
const TASK_QUEUE = 'talk';

const log = createCallLog();
const folder = mkdtempSync(join(tmpdir(), 'perdure-conversation-'));
let server: DevServer;
let client: AgentClient;
let worker: WorkerProcess;

async function startServer(port?: number): Promise<void> {
  server = await startDevServer({
    ui: false,
    databaseFile: join(folder, 'temporal.db'),
    environment: { ...process.env, TEMPORAL_ADDRESS: '' },
    ...(port === undefined ? {} : { port }),
  });
}

async function startWorker(): Promise<void> {
  worker = await startWorkerProcess('talk-worker.ts', {
    address: server.address,
    taskQueue: TASK_QUEUE,
    file: log.file,
  });
}

beforeAll(async () => {
  await startServer();
  await startWorker();
  client = await AgentClient.connect({ address: server.address, taskQueue: TASK_QUEUE });
}, 120_000);

afterAll(async () => {
  await worker.kill();
  await client.close();
  await server.stop();
  log.remove();
  rmSync(folder, { recursive: true });
});

interface Sent {
  readonly turn: number;
  readonly output: unknown;
  readonly milliseconds: number;
  readonly disturbed: boolean;
}

const conversation = () => client.conversation('talk', 'months');

async function send(turn: number, disturbed = false): Promise<Sent> {
  const from = Date.now();
  const { output } = await conversation().send(String(turn), { turnId: `turn-${turn}` });
  return { turn, output, milliseconds: Date.now() - from, disturbed };
}

/** Kills the worker while a turn is under way. */
async function sendThroughKill(turn: number): Promise<Sent> {
  const sending = send(turn, true);
  await sleep((turn * 7) % 40);
  await worker.kill();
  await startWorker();
  return sending;
}

async function sendThroughRestart(turn: number): Promise<Sent> {
  const sending = send(turn, true);
  const port = Number(server.address.split(':')[1]);
  await server.stop();
  await startServer(port);
  return sending;
}

function sendNext(turn: number): Promise<Sent> {
  if (turn % Math.ceil(TURNS / (SERVER_RESTARTS + 1)) === 0) return sendThroughRestart(turn);
  return turn % TURNS_PER_WORKER === 0 ? sendThroughKill(turn) : send(turn);
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Of undisturbed turns without a tool, around one. */
function millisecondsAround(sent: readonly Sent[], turn: number): number {
  const near = sent.filter(
    (other) => Math.abs(other.turn - turn) < 40 && other.turn % 3 !== 0 && !other.disturbed,
  );
  return median(near.map(({ milliseconds }) => milliseconds));
}

/**
 * Bytes of history for each turn, by workflow run of the chain. What one hands to the next stands in its last event, grows with
 * the messages to 500 kB, and is handed on by reference then: it is in `all`, and not in `own`.
 */
async function bytesPerTurn(): Promise<{ readonly own: number; readonly all: number }[]> {
  const chain = await chainOf(client, 'months');
  return chain.map((workflowRun) => {
    const { events, bytes } = workflowRun;
    const turns = events.filter((event) => event.workflowExecutionUpdateCompletedEventAttributes).length;
    const last = events.findLast((event) => event.workflowTaskStartedEventAttributes);
    const handedOn = bytes - Number(last?.workflowTaskStartedEventAttributes?.historySizeBytes ?? bytes);
    const growth = growthOf(workflowRun);
    return { own: (growth - handedOn) / Math.max(1, turns), all: growth / Math.max(1, turns) };
  });
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

it(
  'goes on for 2,000 turns, with its worker killed every 20 and the server restarted three times: nothing is lost or doubled, and no turn costs more than the first ones',
  async () => {
    const sent: Sent[] = [];
    for (let turn = 1; turn <= TURNS; turn++) sent.push(await sendNext(turn));

    const turns = await conversation().turns({ whole: true });
    expect(turns.map(({ id }) => id)).toEqual(sent.map(({ turn }) => `turn-${turn}`));
    const messages = await conversation().messages();
    expect(messages.total).toBe(sent.reduce((sum, { turn }) => sum + (turn % 3 === 0 ? 4 : 2), 0));

    // What the model answered and what was recorded are the same, but for answers that died with their worker.
    const answered = new Set(readCalls(log.file).flatMap(({ marker }) => marker ?? []));
    const recorded = sent.map(({ output }) => String(output).split(' ').at(-1) ?? '');
    expect(recorded.filter((marker) => !answered.has(marker))).toEqual([]);
    expect(new Set(recorded).size).toBe(TURNS);

    const requests = sent.reduce((sum, { turn }) => sum + (turn % 3 === 0 ? 2 : 1), 0);
    expect(await conversation().usage()).toMatchObject({
      requests,
      toolCalls: Math.floor(TURNS / 3),
      inputTokens: requests * 20,
      outputTokens: requests * 5,
    });

    const [early, late] = [millisecondsAround(sent, 50), millisecondsAround(sent, TURNS - 50)];
    const bytes = await bytesPerTurn();
    process.stderr.write(
      `${TURNS} turns: ${early} ms around turn 50, ${late} ms around turn ${TURNS - 50}; ` +
        `bytes for each turn by workflow run: ${bytes.map(({ own }) => Math.round(own)).join(', ')}; ` +
        `with what is handed on: ${bytes.map(({ all }) => Math.round(all)).join(', ')}\n`,
    );
    const whole = bytes.slice(0, Math.max(1, bytes.length - 1)); // the last workflow run has only begun
    const own = whole.map((workflowRun) => workflowRun.own);
    expect(Math.max(...own) / Math.min(...own)).toBeLessThan(1.2);
    const all = whole.map((workflowRun) => workflowRun.all);
    const half = Math.ceil(all.length / 2);
    expect(average(all.slice(-half)) / average(all.slice(0, half))).toBeLessThan(1.2);

    const again = await conversation().send('5', { turnId: 'turn-5' });
    expect(again.output).toBe(sent[4]?.output);
    expect(await conversation().turns({ whole: true })).toHaveLength(TURNS);
  },
  60 * 60_000,
);
