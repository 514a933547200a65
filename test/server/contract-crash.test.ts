// Needs a real Temporal server. The worker is a process that is killed (SIGKILL) in the midst of a run.
import { randomUUID } from 'node:crypto';
import { UsageLimitExceededError, type UsageLimits } from 'perdure';
import { AgentClient } from 'perdure/client';
import { createCallLog, readCalls } from '../support/call-log';
import { recordedActivities } from '../support/recorded-activities';
import { until } from '../support/until';
import { WorkerFleet } from '../support/worker-fleet';

/** The step at which the worker dies; the limits below are reached after it. */
const DEATH = 3;

let client: AgentClient;
let log: ReturnType<typeof createCallLog>;
let fleet: WorkerFleet;

beforeEach(async () => {
  const taskQueue = `limits-${randomUUID()}`;
  client = await AgentClient.connect({ taskQueue });
  log = createCallLog();
  const options = { taskQueue, file: log.file, latency: 300, heartbeatTimeout: 2_000 };
  fleet = new WorkerFleet('walk-worker.ts', options);
  await fleet.start(1);
});

afterEach(async () => {
  await fleet.stop();
  await client.close();
  log.remove();
});

describe('limits of a run whose worker was killed', () => {
  it.each<[UsageLimits, object]>([
    [{ requestLimit: 6 }, { limit: 'request_limit', value: 7, usage: { requests: 6, toolCalls: 6 } }],
    [{ toolCallsLimit: 5 }, { limit: 'tool_calls_limit', value: 6, usage: { requests: 6, toolCalls: 5 } }],
  ])('are as exact as ever: %j', async (usageLimits, expected) => {
    const error = await walkToLimit({ usageLimits });
    expect(error).toMatchObject(expected);
  });

  it('also where each response counts another number of tokens', async () => {
    const error = await walkToLimit({ usageLimits: { requestLimit: 6, totalTokensLimit: 100_000 } });
    const activities = await recordedActivities(client, error.runId);
    const responses = activities.filter(({ type }) => type === 'model.request');
    const tokens = responses.map(({ result }) => {
      const { response } = result as { response: { usage: { inputTokens: number; outputTokens: number } } };
      return response.usage.inputTokens + response.usage.outputTokens;
    });
    expect(responses).toHaveLength(6);
    expect(error.usage.totalTokens).toBe(tokens.reduce((sum, one) => sum + one, 0));
  });

  it('hold over several workers that die one after the other, with the usage it was started with', async () => {
    const usage = { requests: 40, toolCalls: 7 };
    const error = await walkToLimit({ usageLimits: { requestLimit: 46 }, usage, deaths: [1, 3, 5] });
    expect(error).toMatchObject({ value: 47, usage: { requests: 46, toolCalls: 13 } });
    expect(fleet.killed.size).toBe(3);
  });
});

/** Runs until a limit ends the run, and kills the worker at some of its steps. */
async function walkToLimit({
  deaths = [DEATH],
  ...options
}: {
  readonly usageLimits: UsageLimits;
  readonly usage?: object;
  readonly deaths?: readonly number[];
}): Promise<UsageLimitExceededError> {
  const runId = `walk-${randomUUID()}`;
  const running = client.run('walk', `${runId} 50`, { runId, ...options }).catch((error: unknown) => error);
  for (const step of deaths) {
    await until(() => readCalls(log.file).find((call) => call.kind === 'model-start' && call.step === step));
    await fleet.replaceOldest();
  }
  const error = await running;
  if (!(error instanceof UsageLimitExceededError)) throw error;
  return error;
}
