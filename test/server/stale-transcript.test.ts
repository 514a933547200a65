// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { defineAgent, type ModelMessage } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import type { TranscriptQueryAnswer, TranscriptQueryInput, TranscriptSegment } from '../../src/common/wire';
import { createCallLog, hashOf, type LogLine, readCalls } from '../support/call-log';
import { recordedActivities } from '../support/recorded-activities';
import { serve, type Served } from '../support/serve';
import { until } from '../support/until';
import { startWorkerProcess } from '../support/worker-process';

const NOTHING = { length: 0, version: '' };

describe('a running run that is asked for its transcript', () => {
  let served: Served;
  let finish: (answer: string) => void;
  let ask: (question: Partial<TranscriptQueryInput>) => Promise<TranscriptQueryAnswer>;
  let seen: readonly ModelMessage[] = [];

  /** The run has four messages that are no text, an answer of none, and waits for the third answer. */
  beforeAll(async () => {
    const waiting = new Promise<string>((resolve) => (finish = resolve));
    const model = functionModel((messages) => {
      seen = messages;
      return messages.length < 5 ? [{ tool: 'nonexistent', args: { messages: messages.length } }] : waiting;
    });
    served = await serve([defineAgent({ name: 'slow', model, retries: { tools: 5 } })]);
    const { id } = await served.client.start('slow', 'Take your time.');
    await until(() => (seen.length === 5 ? true : undefined));
    const handle = served.client.temporal.workflow.getHandle(id);
    ask = (question) => handle.query('transcript', { have: NOTHING, want: NOTHING, offset: 0, ...question });
  });

  afterAll(async () => {
    finish('Done.');
    await served.stop();
  });

  const current = async (): Promise<TranscriptQueryInput['want']> => {
    const answer = await ask({ want: { length: 1_000, version: 'later' } });
    if (!('current' in answer)) throw new Error('a run has no transcript of 1,000 messages');
    return answer.current;
  };

  const segment = async (question: Partial<TranscriptQueryInput>): Promise<TranscriptSegment> => {
    const answer = await ask(question);
    if (!('text' in answer)) throw new Error('the run has another transcript');
    return JSON.parse(answer.text) as TranscriptSegment; // the query's wire contract
  };

  it('says what it has when more is wanted', async () => {
    expect(await current()).toEqual({ length: 5, version: expect.stringMatching(/^\w+$/) });
  });

  it('says what it has when another transcript of the same length is wanted', async () => {
    const now = await current();
    expect(await ask({ want: { ...now, version: 'fork' } })).toEqual({ current: now });
  });

  it('gives all that its model was shown when that is wanted', async () => {
    expect((await segment({ want: await current() })).messages).toEqual(seen);
  });

  it('gives exactly the first messages when a shorter transcript is wanted', async () => {
    const { versions } = await segment({ want: await current() });
    const shorter = await segment({ want: { length: 3, version: versions[2] ?? '' } });
    expect(shorter.messages).toEqual(seen.slice(0, 3));
    expect(shorter.versions).toEqual(versions.slice(0, 3));
  });

  it('gives what comes after the messages that the asker has', async () => {
    const want = await current();
    const { versions } = await segment({ want });
    const rest = await segment({ have: { length: 3, version: versions[2] ?? '' }, want });
    expect(rest.from).toBe(3);
    expect(rest.messages).toEqual(seen.slice(3));
  });

  it('gives all messages to one that has a fork', async () => {
    const all = await segment({ have: { length: 3, version: 'fork' }, want: await current() });
    expect(all.from).toBe(0);
    expect(all.messages).toEqual(seen);
  });
});

describe('a worker that wakes up after its heartbeat was missed', () => {
  const STEPS = 40;
  const STALLED_STEP = 2;
  const taskQueue = `zombie-${randomUUID()}`;
  const log = createCallLog();
  let client: AgentClient;

  beforeAll(async () => {
    client = await AgentClient.connect({ taskQueue });
  });

  afterAll(async () => {
    await client.close();
    log.remove();
  });

  it('has its late answer refused, and goes on with the transcript that counts', async () => {
    const options = {
      taskQueue,
      file: log.file,
      latency: 100,
      heartbeatTimeout: 1_000,
      stall: { step: STALLED_STEP, milliseconds: 6_000, lock: join(log.file, '..', 'stalled') },
      maxConcurrentActivityTaskExecutions: 1, // one that blocks would take more tasks than it can see
    };
    const run = `walk-${randomUUID()}`;
    const walking = client.run('walk', `${run} ${STEPS}`, { runId: run });
    const host = await startWorkerProcess('walk-worker.ts', { ...options, enableNonLocalActivities: false });
    await until(async () => (await recordedActivities(client, run))[0]); // the run stays where its first task was
    const workers = await Promise.all([1, 2].map(() => startWorkerProcess('walk-worker.ts', options)));
    const zombie = await until(() => at(STALLED_STEP, 'model-start')[0]);
    const late = await until(() => at(STALLED_STEP, 'model-end').find(({ pid }) => pid === zombie.pid));
    await workers.find(({ pid }) => pid !== zombie.pid)?.kill();
    const result = await walking;
    await Promise.all([host, ...workers].map((worker) => worker.stop()));

    const messages = await result.allMessages();
    expect(at(STALLED_STEP, 'model-end')[0]?.pid).not.toBe(zombie.pid);
    expect(JSON.stringify(messages)).not.toContain(late.marker);
    const starts = readCalls(log.file).filter(({ kind }) => kind === 'model-start');
    for (const { step, seen } of starts) {
      expect({ step, seen }).toEqual({ step, seen: hashOf(messages.slice(0, 2 * step + 1)) });
    }
    expect(starts.filter(({ pid, step }) => pid === zombie.pid && step > STALLED_STEP)).not.toEqual([]);
    expect(result.usage).toMatchObject({ requests: STEPS + 1, toolCalls: STEPS });
  });

  function at(step: number, kind: LogLine['kind']): LogLine[] {
    return readCalls(log.file).filter((call) => call.kind === kind && call.step === step);
  }
});
