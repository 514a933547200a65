// Needs a real Temporal server. A run that is started with its agent begins with its first model request.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, defineAgent, dropToolResults, ModelRequestError } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { parrot, patient } from '../support/agents';
import { createCallLog, readCalls } from '../support/call-log';
import { countedQueries } from '../support/counted-queries';
import { describeError } from '../support/describe-error';
import { describeResult, withoutIds } from '../support/describe-result';
import { historyEvents, troublesOf } from '../support/history';
import { currentDetails, operatorPage, timeline } from '../support/operator-page';
import { recordedActivities } from '../support/recorded-activities';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';
import { startWorkerProcess } from '../support/worker-process';

/** How often models were asked. */
let asked = 0;

const shop = defineAgent({
  name: 'shop',
  model: functionModel(() => {
    asked += 1;
    return '{"open":true}';
  }),
  output: z.object({ open: z.boolean() }),
  deps: z.object({ shop: z.string() }),
  instructions: () => 'Be short.',
});

const mute = defineAgent({
  name: 'mute',
  model: functionModel(() => {
    throw new ModelRequestError('It says nothing.', { model: 'mute', retryable: false });
  }),
});

const broken = defineAgent({
  name: 'broken',
  model: functionModel(() => 'Never said.'),
  instructions: () => {
    throw new Error('no instructions today');
  },
});

const careful = defineAgent({
  name: 'careful',
  model: {
    name: 'careful',
    request: () => Promise.reject(new Error('Never asked.')),
    countTokens: () => Promise.resolve(100),
  },
  usageLimits: { countTokensBeforeRequest: true, inputTokensLimit: 50 },
});

const stubborn = defineAgent({
  name: 'stubborn',
  model: functionModel(() => 'All the same.'),
  onLimit: 'final-answer',
  compaction: { strategy: dropToolResults(), contextTokens: 50 },
});

const queries = countedQueries();
let served: Served;

beforeAll(async () => {
  served = await serve([parrot, patient, shop, mute, broken, careful, stubborn], {
    temporal: queries.temporal,
  });
});

afterAll(() => served.stop());

async function hasResolved(runId: string): Promise<boolean> {
  const events = await historyEvents(served.client, runId);
  return events.some(({ markerRecordedEventAttributes: marker }) => marker);
}

async function typesOf(runId: string): Promise<string[]> {
  return (await recordedActivities(served.client, runId)).map(({ type }) => type);
}

describe('a run that is started with its agent', () => {
  it('begins with its first model request: nothing is recorded before it, or asked of the run', async () => {
    const before = queries.count();
    const result = await served.client.run(parrot, 'hello');
    expect(result.output).toBe('You said: hello');
    expect(await hasResolved(result.runId)).toBe(false);
    expect(await recordedActivities(served.client, result.runId)).toMatchObject([
      { type: 'model.request', result: { manifest: { model: 'function' }, answer: { response: {} } } },
    ]);
    expect(await historyEvents(served.client, result.runId)).toHaveLength(12);
    expect(await operatorPage(served.client, result.runId)).toMatchObject({
      attributes: { AgentModel: 'function', AgentStatus: 'completed' },
    });
    expect(queries.count()).toBe(before);
  });

  it('asks its worker for the agent first where only its name is known, or there are earlier messages', async () => {
    const named = await served.client.run('parrot', 'hello');
    expect(await hasResolved(named.runId)).toBe(true);
    const messageHistory = await named.allMessages();
    const continued = await served.client.run(parrot, 'hello', { messageHistory });
    expect(await hasResolved(continued.runId)).toBe(true);
    const { runId: continueFrom } = await served.client.run(parrot, 'hello');
    const onward = await served.client.run(parrot, 'and?', { continueFrom });
    expect(await hasResolved(onward.runId)).toBe(true);
    expect(await onward.allMessages()).toHaveLength(4);
  });

  it('says on its page what it does, while the model is asked', async () => {
    const { client } = served;
    const handle = await client.start(patient, 'hello');
    await until(async () => (await typesOf(handle.id)).length > 0);
    expect(await currentDetails(client, handle.id)).toBe(
      '**Step 1:** asking the model\n\nAgent `patient`, model `function`',
    );
    expect(await timeline(client, handle.id)).toEqual([
      { type: 'model.request', summary: 'step 1 · function' },
    ]);
    await handle.cancel('changed my mind');
    const error = await handle.result().catch((caught: unknown) => caught);
    expect(describeError(error)).toMatchObject({ message: expect.stringContaining('changed my mind') });
    await until(async () => {
      const { attributes } = await operatorPage(client, handle.id);
      return attributes['AgentStatus'] === 'cancelled';
    });
    expect(await currentDetails(client, handle.id)).toBe('**Cancelled**');
  });
});

it('says on the page of a run that could not begin that it failed', async () => {
  const { client } = served;
  const handle = await client.start(parrot, 'hello', { model: 'nobody:knows' });
  await expect(handle.result()).rejects.toThrow("unknown model 'nobody:knows'");
  expect(await currentDetails(client, handle.id)).toBe('**Failed**');
});

describe('however a run begins, it is the same', () => {
  const deps = { shop: 'corner' };

  it.each<[string, Agent, string | undefined, object]>([
    ['an answer', parrot, 'hello', { metadata: { a: 1 }, conversationId: 'c' }],
    ['a typed answer with deps', shop, 'Is it open?', { deps, usage: { requests: 3, cost: 1 } }],
    ['no prompt', shop, undefined, { deps }],
    ['a limit before the first request', shop, 'hello', { deps, usageLimits: { requestLimit: 0 } }],
    ['a limit that the answer breaks', parrot, 'hello', { usageLimits: { outputTokensLimit: 0 } }],
    ['bad deps', shop, 'hello', { deps: { shop: 7 } }],
    ['an unknown output', shop, 'hello', { deps, outputType: 'poem' }],
    ['an unknown model', parrot, 'hello', { model: 'nobody:knows' }],
    ['a cost limit without a price', parrot, 'hello', { usageLimits: { costLimit: 1 } }],
    ['nothing to say', parrot, undefined, {}],
    ['a model that fails for good', mute, 'hello', {}],
    ['a function of the agent that fails', broken, 'hello', {}],
    ['a limit that its count breaks', careful, 'hello', {}],
    ['a final answer at once', stubborn, 'hello', { usageLimits: { requestLimit: 0 } }],
    ['a prompt that is to be shortened first', stubborn, 'hello '.repeat(100), {}],
  ])('%s', async (_what, agent, prompt, options) => {
    const outcomes = [];
    const calls = [];
    for (const reference of [agent, agent.name]) {
      asked = 0;
      const run = served.client.run(reference, prompt, options);
      outcomes.push(withoutIds(await run.then(describeResult, toError)));
      calls.push(asked);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(calls[0]).toBe(calls[1]);
  });

  /** With what the run has said and spent until then. */
  function toError(error: unknown): object {
    const { fields, ...described } = describeError(error);
    const { runId, workflowId, ...others } = fields;
    expect(workflowId).toBe(runId);
    return { ...described, message: described.message.replaceAll(String(runId), 'RUN'), fields: others };
  }
});

describe('a client that knows another version of the agent', () => {
  it.each<[string, object]>([
    ['time-out', { modelTimeout: '7s' }],
    ['number of attempts', { modelMaximumAttempts: 1 }],
    ['heartbeat time-out', { heartbeatTimeout: '3s' }],
  ])('has the model asked once all the same, with the %s of the worker', async (_what, differing) => {
    asked = 0;
    const { model, deps } = shop;
    const older = defineAgent({ name: 'shop', model, deps: deps as never, ...differing });
    const result = await served.client.run(older, 'hello', { deps: { shop: 'corner' } } as never); // its deps are hidden
    expect(asked).toBe(1);
    expect(result.output).toEqual({ open: true });
    expect(result.usage.requests).toBe(1);
    expect(await result.allMessages()).toHaveLength(2);
    expect(await typesOf(result.runId)).toEqual(['model.request', 'model.request']);
    const events = await historyEvents(served.client, result.runId);
    const [, second] = events.flatMap(({ activityTaskScheduledEventAttributes: one }) => (one ? [one] : []));
    expect(Number(second?.startToCloseTimeout?.seconds)).toBe(shop.modelTimeout / 1000 + 5);
    expect(Number(second?.heartbeatTimeout?.seconds)).toBe(shop.heartbeatTimeout / 1000);
    expect(second?.retryPolicy?.maximumAttempts).toBe(shop.modelMaximumAttempts);
  });
});

describe('what others put into the memo of a run', () => {
  const bounds = { model: 'm', timeout: 1_000, maximumAttempts: 1, heartbeatTimeout: 1_000 };

  it.each<[string, unknown, unknown, object]>([
    ['no bounds', 'soon', 'hello', { output: 'You said: hello' }],
    ['bounds that cannot be', { ...bounds, timeout: -1 }, 'hello', { output: 'You said: hello' }],
    ['bounds of another agent', bounds, 'hello', { output: 'You said: hello' }],
    ['bounds beside what is no request', bounds, 7, { name: 'UserError' }],
  ])('does not stop it: %s', async (_what, firstRequest, input, end) => {
    const { temporal } = served.client;
    const workflowId = `memo-${randomUUID()}`;
    const { taskQueue } = served;
    await temporal.workflow.start('parrot', { taskQueue, workflowId, args: [input], memo: { firstRequest } });
    const result = served.client.getRun(workflowId).result();
    expect(await result.catch((error: unknown) => error)).toMatchObject(end);
    expect(await troublesOf(served.client, workflowId)).toEqual([]);
  });
});

describe('a worker that dies during the first request', () => {
  it('leaves it to another one, which asks the run what it was asked', async () => {
    const log = createCallLog();
    const taskQueue = `first-${randomUUID()}`;
    const client = await AgentClient.connect({ taskQueue });
    const options = { taskQueue, file: log.file, latency: 1_000 };
    const first = await startWorkerProcess('walk-worker.ts', options);
    const walk = defineAgent({ name: 'walk', model: functionModel(() => 'Never asked.') });
    const runId = `walk-${randomUUID()}`;
    const walking = client.run(walk, `${runId} 2`, { runId });
    await until(() => readCalls(log.file).find(({ kind }) => kind === 'model-start'));
    await sleep(200);
    await first.kill();
    const second = await startWorkerProcess('walk-worker.ts', options);
    try {
      const result = await walking;
      expect(result.usage).toMatchObject({ requests: 3, toolCalls: 2 });
      expect(await result.allMessages()).toHaveLength(6);
      const [begun] = await recordedActivities(client, runId);
      expect(begun).toMatchObject({
        type: 'model.request',
        attempt: 2,
        result: { manifest: {}, answer: {} },
      });
    } finally {
      await second.stop();
      await client.close();
      log.remove();
    }
  });
});
