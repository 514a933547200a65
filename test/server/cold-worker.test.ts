// Needs a real Temporal server. The worker of a run with a long transcript is killed, and another one goes on.
import { randomUUID } from 'node:crypto';
import { AgentClient } from 'perdure/client';
import { createCallLog, hashOf, type LogLine, readCalls } from '../support/call-log';
import { NEVER } from '../support/chain';
import { until } from '../support/until';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process';

const STEPS = 26;

/** The step at which the first worker dies, its transcript 3 MiB long by then. */
const KILLED_AT = 22;

const SCENERY = 150_000;

describe('a run with a transcript of 3 MiB whose worker dies', () => {
  const log = createCallLog();
  const taskQueue = `cold-${randomUUID()}`;
  let client: AgentClient;
  let cold: WorkerProcess;

  beforeAll(async () => {
    client = await AgentClient.connect({ taskQueue });
  });

  afterAll(async () => {
    await cold.stop();
    await client.close();
    log.remove();
  });

  it('goes on in a cold worker, with the very same messages', async () => {
    const options = { taskQueue, file: log.file, latency: 100, scenery: SCENERY, rollOver: NEVER };
    const warm = await startWorkerProcess('walk-worker.ts', options);
    const run = `walk-${randomUUID()}`;
    const walking = client.run('walk', `${run} ${STEPS}`, { runId: run });
    await until(() =>
      readCalls(log.file).find(({ kind, step }) => kind === 'model-start' && step === KILLED_AT),
    );
    await warm.kill();
    cold = await startWorkerProcess('walk-worker.ts', options);
    const result = await walking;

    const messages = await result.allMessages();
    expect(JSON.stringify(messages.slice(0, 2 * KILLED_AT)).length).toBeGreaterThan(3 * 1024 * 1024);
    expect(result.usage).toMatchObject({ requests: STEPS + 1, toolCalls: STEPS });
    const calls = readCalls(log.file);
    expect(calls.filter(({ pid }) => pid === cold.pid).some(isModelStart)).toBe(true);
    for (const { step, seen } of calls.filter(isModelStart)) {
      expect({ step, seen }).toEqual({ step, seen: hashOf(messages.slice(0, 2 * step + 1)) });
    }
    expectQueries(calls, warm, cold);
  });
});

function isModelStart({ kind }: LogLine): boolean {
  return kind === 'model-start';
}

/** A worker asks a run for its transcript once, in pages, when it is new to the run; then its own activities tell it. */
function expectQueries(calls: readonly LogLine[], warm: WorkerProcess, cold: WorkerProcess): void {
  const queriesOf = (lines: readonly LogLine[]): number =>
    lines.filter(({ kind }) => kind === 'query').length;
  expect(queriesOf(calls.filter(({ pid }) => pid === warm.pid))).toBe(0);
  const ofCold = calls.filter(({ pid }) => pid === cold.pid);
  const firstCall = ofCold.findIndex(({ kind }) => kind !== 'query');
  expect(queriesOf(ofCold.slice(0, firstCall))).toBeGreaterThan(7);
  expect(queriesOf(ofCold.slice(firstCall))).toBe(0);
}
