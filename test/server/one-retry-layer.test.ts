// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, defineAgent, ModelRequestError } from 'perdure';
import { functionModel, scriptedModel } from 'perdure/testing';
import type { CreateWorkerOptions } from 'perdure/worker';
import { type RecordedActivity, recordedActivities } from '../support/recorded-activities';
import { serve, type Served } from '../support/serve';

const failure = (retryable: boolean) =>
  new ModelRequestError('the provider is busy', {
    model: 'scripted',
    status: 503,
    retryable,
    retryAfter: 10,
  });

describe('Temporal alone retries model requests:', () => {
  let served: Served;

  afterEach(() => served.stop());

  async function run(agent: Agent, options: Partial<CreateWorkerOptions> = {}) {
    served = await serve([agent], options);
    const runId = randomUUID();
    const [ended] = await Promise.allSettled([served.client.run(agent, 'Hello?', { runId })]);
    return { ended, activities: await recordedActivities(served.client, runId) };
  }

  const attempts = (activities: readonly RecordedActivity[]) => activities.map(({ attempt }) => attempt);

  it('a request that fails twice and then succeeds is one activity and counts once', async () => {
    const model = scriptedModel([failure(true), failure(true), 'Hello!']);
    const { ended, activities } = await run(defineAgent({ name: 'patient', model }));
    expect(ended).toMatchObject({ value: { output: 'Hello!', usage: { requests: 1, inputTokens: 10 } } });
    expect(attempts(activities)).toEqual([3]);
    model.assertFinished();
  });

  it('a request that cannot succeed fails at once', async () => {
    const model = scriptedModel([failure(false)]);
    const { ended, activities } = await run(defineAgent({ name: 'resigned', model }));
    expect(ended).toMatchObject({ reason: { name: 'ModelRequestError', status: 503, retryable: false } });
    expect(ended).toMatchObject({ reason: { usage: { requests: 0, inputTokens: 0 } } });
    expect(attempts(activities)).toEqual([1]);
    expect(model.requests).toHaveLength(1);
  });

  it('a request is made as often as the agent allows', async () => {
    const model = scriptedModel([failure(true), failure(true), failure(true)]);
    const { ended } = await run(defineAgent({ name: 'limited', model, modelMaximumAttempts: 3 }));
    expect(ended).toMatchObject({ reason: { name: 'ModelRequestError', retryable: true } });
    expect(model.requests).toHaveLength(3);
  });

  it('a request longer than the shortest heartbeat time-out is made once', async () => {
    const model = functionModel(async () => {
      await sleep(3_000);
      return 'Hello!';
    });
    const agent = defineAgent({ name: 'slow', model, heartbeatTimeout: '1s' });
    const { activities } = await run(agent, { temporal: { maxHeartbeatThrottleInterval: '250ms' } });
    expect(attempts(activities)).toEqual([1]);
  });
});
