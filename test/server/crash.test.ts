// Needs a real Temporal server. Workers are processes that are killed (SIGKILL) in the midst of their work.
import { randomUUID } from 'node:crypto';
import { type Agent, defineAgent, type JsonObject, type ModelResponse } from 'perdure';
import { AgentClient, type RunResult } from 'perdure/client';
import { scriptedModel } from 'perdure/testing';
import { createCallLog, type LogLine, readCalls } from '../support/call-log';
import { answerOf, type RecordedActivity, recordedActivities } from '../support/recorded-activities';
import { until } from '../support/until';
import { WorkerFleet } from '../support/worker-fleet';

const RUNS = 20;

interface Variant {
  readonly name: string;
  readonly workers: number;
  readonly options: JsonObject;
  readonly kills: number;
}

/** Each is a model call and a tool call; a last model call follows. */
const STEPS = 30;

const VARIANTS: readonly Variant[] = [
  { name: 'one worker', workers: 1, options: {}, kills: 6 },
  { name: 'two workers, of which one is killed', workers: 2, options: {}, kills: 6 },
  // Nearly every step is a replay of the run.
  { name: 'a worker that keeps only 2 workflows', workers: 1, options: { maxCachedWorkflows: 2 }, kills: 4 },
];

/** As far as a client knows it: its runs begin with their first model request. */
const WALKER = { name: 'walk', model: scriptedModel([]) };

/** In milliseconds; dead workers are noticed soon. */
const HEARTBEAT_TIMEOUT = 2_000;

let client: AgentClient;
let taskQueue: string;
let log: ReturnType<typeof createCallLog>;
let fleet: WorkerFleet;

/** The tests below wait for many time-outs of dead workers. */
const TIMEOUT = 600_000;

beforeEach(async () => {
  taskQueue = `crash-${randomUUID()}`;
  client = await AgentClient.connect({ taskQueue });
  log = createCallLog();
});

afterEach(async () => {
  await fleet.stop();
  await client.close();
  log.remove();
});

describe('runs whose workers are killed at random', () => {
  it.each(VARIANTS)(
    'end right, with exact usage and no completed call repeated: $name',
    async ({ name, workers, options, kills }) => {
      fleet = createFleet({ latency: 150, heartbeatTimeout: HEARTBEAT_TIMEOUT, ...options });
      await fleet.start(workers);
      const walker = defineAgent({ ...WALKER, heartbeatTimeout: HEARTBEAT_TIMEOUT });
      const walks = Array.from({ length: RUNS }, () => walk(walker, STEPS));
      await fleet.killAtRandom({ times: kills, seed: name });
      const results = await Promise.all(walks);

      const calls = readCalls(log.file);
      const lost = results.map((result) => expectExactRun(result, { steps: STEPS, calls }));
      expect((await Promise.all(lost)).some((count) => count > 0)).toBe(true);
    },
    TIMEOUT,
  );

  it('go on within the heartbeat time-out and a retry, 5 s and some', async () => {
    fleet = createFleet({ latency: 1_000 });
    await fleet.start(1);
    const run = `walk-${randomUUID()}`;
    const walking = walk(defineAgent(WALKER), 3, run);
    const lost = await until(() => startsOf(run, 1)[0]);
    const killed = Date.now();
    await fleet.replaceOldest();

    const next = await until(() => startsOf(run, 1).find(({ pid }) => pid !== lost.pid));
    expect(next.at - killed).toBeLessThan(12_000);
    await walking;
  });
});

function createFleet(options: JsonObject): WorkerFleet {
  return new WorkerFleet('walk-worker.ts', { taskQueue, file: log.file, ...options });
}

function walk(walker: Agent, steps: number, run = `walk-${randomUUID()}`): Promise<RunResult> {
  return client.run(walker, `${run} ${steps}`, { runId: run });
}

function startsOf(run: string, step: number): LogLine[] {
  return readCalls(log.file).filter(
    (call) => call.kind === 'model-start' && call.run === run && call.step === step,
  );
}

/** Returns how many model calls were lost to kills. */
async function expectExactRun(
  result: RunResult,
  { steps, calls }: { readonly steps: number; readonly calls: readonly LogLine[] },
): Promise<number> {
  const messages = await result.allMessages();
  const responses = messages.filter((message) => message.kind === 'response');
  const answers = responses.map(markerOf);
  const ofRun = calls.filter(({ run }) => run === result.runId);
  expect(messages).toHaveLength(2 * (steps + 1));
  expect(String(result.output).split(' ')[0]).toBe(String((steps * (steps + 1)) / 2));
  expect(result.usage).toMatchObject({ ...spentOn(responses), requests: steps + 1, toolCalls: steps });
  await expectEachCallScheduledOnce(result.runId, answers);
  expectNoCallAfterItsAnswer(answers, ofRun);
  return expectLostOnlyToKills(answers, ofRun);
}

function markerOf({ parts }: ModelResponse): string {
  const text = parts.find((part) => part.kind === 'text');
  return text?.content.split(' ').at(-1) ?? '';
}

function spentOn(responses: readonly ModelResponse[]): object {
  const sum = (count: (response: ModelResponse) => number | undefined): number =>
    responses.reduce((total, response) => total + (count(response) ?? 0), 0);
  const inputTokens = sum(({ usage }) => usage.inputTokens);
  const outputTokens = sum(({ usage }) => usage.outputTokens);
  const totalTokens = inputTokens + outputTokens;
  return { inputTokens, outputTokens, totalTokens };
}

/** One activity for each model call and each tool call, each with one result: the step's answer. */
async function expectEachCallScheduledOnce(runId: string, answers: readonly string[]): Promise<void> {
  const activities = await recordedActivities(client, runId);
  const ofType = (type: string): RecordedActivity[] =>
    activities.filter((activity) => activity.type === type);
  const models = ofType('model.request').map((activity) => answerOf(activity) as { response: ModelResponse });
  const tools = ofType('pace').map(({ result }) => result as { content: { step: number } });
  expect(models.map(({ response }) => markerOf(response))).toEqual(answers);
  expect(tools.map(({ content }) => content.step)).toEqual(answers.slice(1).map((_, step) => step + 1));
  expect(activities).toHaveLength(2 * answers.length - 1);
}

/** The log is in the order of time: once history has a step's answer, the model is not called for it any more. */
function expectNoCallAfterItsAnswer(answers: readonly string[], calls: readonly LogLine[]): void {
  answers.forEach((marker, step) => {
    const answered = calls.findIndex((call) => call.kind === 'model-end' && call.marker === marker);
    expect(calls[answered]).toMatchObject({ step });
    const later = calls.slice(answered).filter((call) => call.kind === 'model-start' && call.step === step);
    expect(later).toEqual([]);
  });
}

/**
 * A call whose answer history lacks was in flight when its process was killed: it is the last one of that run there,
 * because a run makes one call after the other.
 */
function expectLostOnlyToKills(answers: readonly string[], calls: readonly LogLine[]): number {
  const accepted = calls.filter(({ marker }) => marker !== undefined && answers.includes(marker));
  const starts = calls.filter(({ kind }) => kind === 'model-start');
  const lost = starts.filter(
    ({ pid, step }) => !accepted.some((answer) => answer.pid === pid && answer.step === step),
  );
  for (const { pid, step } of lost) {
    expect(fleet.killed).toContain(pid);
    expect(starts.findLast((start) => start.pid === pid)).toMatchObject({ step });
  }
  return lost.length;
}
