// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { defineAgent, defineTool, ModelRequestError, ModelRetry } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel, scriptedModel } from 'perdure/testing';
import { createWorker } from 'perdure/worker';
import { z } from 'zod';
import { historyEvents } from '../support/history';
import { chatText, chatToolCall, errorBody, startOpenAIServer } from '../support/openai-server';
import { currentDetails, operatorPage, timeline } from '../support/operator-page';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';

const SUMMARY_LENGTH = 80;

const lookUp = defineTool({
  name: 'look_up',
  description: 'Finds an order.',
  input: z.object({ order: z.string(), note: z.string().optional() }),
  execute: ({ order }) => {
    if (order === 'unreadable') {
      throw new ModelRetry('There is no such order. | [Ask](https://example.com) `why`');
    }
    return 'delivered';
  },
});

const call = (order: string, note?: string) => [
  { tool: 'look_up', args: note === undefined ? { order } : { order, note } },
];

/** Waits until it is cancelled. */
const endless = defineTool({
  name: 'endless',
  description: 'Never ends.',
  input: z.object({}),
  execute: (_none, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
});

let served: Served;

afterEach(() => served.stop());

describe("a run's page", () => {
  it("is titled by agent, id and the prompt's first line, and tells the steps by tool, model and arguments", async () => {
    const model = scriptedModel([call('42', 'urgent'), 'Delivered.'], { name: 'openai:gpt-5-mini' });
    served = await serve([defineAgent({ name: 'support', model, tools: [lookUp] })]);
    const { client } = served;
    const { runId } = await client.run('support', '\n  Where is order 42?\nI need it today.');

    expect(runId).toMatch(/^support-[\da-z]+$/);
    expect(await operatorPage(client, runId)).toMatchObject({
      type: 'support',
      summary: 'Where is order 42?',
    });
    expect(await timeline(client, runId)).toEqual([
      { type: 'model.request', summary: 'step 1 · openai:gpt-5-mini' },
      { type: 'look_up', summary: 'order: "42", note: "urgent"' },
      { type: 'model.request', summary: 'step 2 · openai:gpt-5-mini' },
    ]);
  });

  it('keeps every summary within 80 characters, whatever a prompt, a model name or arguments are', async () => {
    const long = '🦊 long '.repeat(5_000);
    const model = scriptedModel([call('1', long), 'Done.'], { name: `model-${'x'.repeat(300)}` });
    served = await serve([defineAgent({ name: 'support', model, tools: [lookUp] })]);
    const { client } = served;
    const ids = [
      (await client.run('support', long)).runId,
      (await client.start('support', 'hello', { summary: long })).id,
    ];

    const summaries = [
      ...(await Promise.all(ids.map(async (id) => (await operatorPage(client, id)).summary))),
      ...(await timeline(client, ids[0] ?? '')).map(({ summary }) => summary),
    ];
    expect(summaries).toHaveLength(5);
    for (const summary of summaries) {
      expect(summary).toMatch(/…$/);
      expect(summary?.length).toBeLessThanOrEqual(SUMMARY_LENGTH);
      expect(Buffer.from(summary ?? '').toString()).toBe(summary); // no half of a surrogate pair
    }
    await client.getRun(ids[1] ?? '').cancel();
  });

  it('shows usage against limits as a table, and what went wrong last', async () => {
    const model = scriptedModel([
      { calls: call('unreadable'), usage: { inputTokens: 1_234, outputTokens: 56 } },
      'I could not find it.',
    ]);
    const usageLimits = { requestLimit: 7, totalTokensLimit: 20_000 };
    served = await serve([defineAgent({ name: 'support', model, tools: [lookUp], usageLimits })]);
    const { client } = served;
    const { runId } = await client.run('support', 'Where is my order?');

    const details = (await currentDetails(client, runId)).replaceAll('\u00a0', '');
    expect(details).toContain('**Completed**');
    expect(details).toContain('| usage | so far | limit |\n|---|---:|---:|');
    expect(details).toContain('| model requests | 2 | 7 |');
    expect(details).toContain('| tool calls | 0 | – |');
    expect(details).toContain('| input tokens | 1244 | – |');
    expect(details).toContain('| total tokens | 1305 | 20000 |');
    expect(details).toContain(
      "**Last error:** `tool 'look_up': There is no such order. | [Ask](https://example.com) 'why'`",
    );
  });

  it('says what the run does now, and how it ended when it failed or was cancelled', async () => {
    const broken = new ModelRequestError('no credit left', { model: 'm', retryable: false });
    const waiting = functionModel(() => [{ tool: 'endless' }]);
    served = await serve([
      defineAgent({ name: 'broken', model: scriptedModel([broken]) }),
      defineAgent({ name: 'waiting', model: waiting, tools: [endless] }),
    ]);
    const { client } = served;
    const failed = await client.start('broken', 'hello');
    await expect(failed.result()).rejects.toThrow('no credit left');
    expect(await currentDetails(client, failed.id)).toContain('**Failed:** `no credit left`');

    const run = await client.start('waiting', 'hello');
    await until(async () => (await timeline(client, run.id)).find(({ type }) => type === 'endless'));
    expect(await currentDetails(client, run.id)).toContain('**Calling** `endless`');
    await run.cancel();
    await expect(run.result()).rejects.toThrow('cancelled');
    expect(await currentDetails(client, run.id)).toContain('**Cancelled**');
  });

  it('records a failure without a stack: message and type stand first', async () => {
    served = await serve([defineAgent({ name: 'empty', model: scriptedModel([]) })]);
    const run = await served.client.start('empty', 'hello');
    await expect(run.result()).rejects.toThrow('more often than its script');
    const last = (await historyEvents(served.client, run.id)).at(-1);
    const failure = last?.workflowExecutionFailedEventAttributes?.failure;
    expect(failure?.stackTrace).toBe('');
    expect(failure?.applicationFailureInfo?.type).toBe('ModelRequestError');
  });
});

describe('a run that is to be kept out of sight', () => {
  const secretive = () => scriptedModel([call('42'), call('unreadable'), 'Delivered.']);

  it('has no summary of its own when the caller says so', async () => {
    served = await serve([defineAgent({ name: 'support', model: secretive(), tools: [lookUp] })]);
    const { runId } = await served.client.run('support', 'Where is order 42?', { summary: false });
    expect((await operatorPage(served.client, runId)).summary).toBeUndefined();
  });

  it("shows neither prompt nor arguments nor complaints when the agent's summaries are off", async () => {
    const agent = defineAgent({ name: 'support', model: secretive(), tools: [lookUp], summaries: false });
    served = await serve([agent]);
    const { client } = served;
    const { runId } = await client.run(agent, 'Where is order 42?');

    expect((await operatorPage(client, runId)).summary).toBeUndefined();
    const tools = (await timeline(client, runId)).filter(({ type }) => type === 'look_up');
    expect(tools.map(({ summary }) => summary ?? '')).toEqual(['', '']);
    const details = await currentDetails(client, runId);
    expect(details).toContain("**Last error:** `tool 'look_up'`");
    expect(details).not.toContain('no such order');
  });
});

describe('search attributes', () => {
  it('follow a run from start to end, and find it', async () => {
    const agentName = `support-${randomUUID()}`;
    const broken = new ModelRequestError('no credit left', { model: 'm', retryable: false });
    const model = functionModel(
      ([first]) => {
        const prompt = JSON.stringify(first);
        if (prompt.includes('break')) throw broken;
        return prompt.includes('wait') ? [{ tool: 'endless' }] : 'Delivered.';
      },
      { name: 'openai:gpt-5-mini' },
    );
    served = await serve([defineAgent({ name: agentName, model, tools: [endless] })]);
    const { client } = served;
    const attributes = async (runId: string) => (await operatorPage(client, runId)).attributes;

    const waiting = await client.start(agentName, 'wait');
    await until(async () => (await timeline(client, waiting.id)).find(({ type }) => type === 'endless'));
    const about = { AgentName: agentName, AgentModel: 'openai:gpt-5-mini' };
    expect(await attributes(waiting.id)).toMatchObject({ ...about, AgentStatus: 'running' });
    await waiting.cancel();
    await expect(waiting.result()).rejects.toThrow('cancelled');
    expect(await attributes(waiting.id)).toMatchObject({
      ...about,
      AgentStatus: 'cancelled',
      AgentTokens: 15,
    });

    const failed = await client.start(agentName, 'break');
    await expect(failed.result()).rejects.toThrow('no credit left');
    expect(await attributes(failed.id)).toMatchObject({ ...about, AgentStatus: 'failed', AgentTokens: 0 });

    const completed = await client.run(agentName, 'hello', { usage: { inputTokens: 0.4 } });
    expect(await attributes(completed.runId)).toMatchObject({
      ...about,
      AgentStatus: 'completed',
      AgentTokens: 15,
    });

    const query = `AgentName = '${agentName}' AND AgentStatus = 'completed' AND AgentTokens < 100`;
    // Found a moment after they are set.
    const found = await until(async () => {
      const { executions } = await client.temporal.workflowService.listWorkflowExecutions({
        namespace: 'default',
        query,
      });
      return executions.length > 0 ? executions : undefined;
    });
    expect(found.map(({ execution }) => execution?.workflowId)).toEqual([completed.runId]);
  });

  it('cost no event at the start where the client knows them; the run adds what it does not', async () => {
    const model = scriptedModel(['Hello.', 'Hello.', 'Hello.'], { name: 'openai:gpt-5-mini' });
    const agent = defineAgent({ name: 'support', model });
    served = await serve([agent]);
    const { client, taskQueue } = served;
    const known = await client.run(agent, 'hi', { conversationId: 'ticket-7' });
    const named = await client.run('support', 'hi');
    const workflowId = `others-${randomUUID()}`;
    await client.temporal.workflow.start('support', { taskQueue, workflowId, args: ['hi'] });
    await client.getRun(workflowId).result();

    const atEnd = ['AgentCost', 'AgentStatus', 'AgentTokens'];
    expect(await addedAttributes(client, known.runId)).toEqual([atEnd]);
    expect(await addedAttributes(client, named.runId)).toEqual([['AgentModel'], atEnd]);
    expect(await addedAttributes(client, workflowId)).toEqual([
      ['AgentModel', 'AgentName', 'AgentStatus'],
      atEnd,
    ]);
    const about = { AgentName: 'support', AgentModel: 'openai:gpt-5-mini', AgentStatus: 'completed' };
    expect((await operatorPage(client, known.runId)).attributes).toMatchObject({
      ...about,
      ConversationId: 'ticket-7',
    });
    expect((await operatorPage(client, named.runId)).attributes).toMatchObject(about);
    expect((await operatorPage(client, workflowId)).attributes).toMatchObject(about);
  });

  it('say that a run failed whose agent never came to be known', async () => {
    served = await serve([defineAgent({ name: 'support', model: scriptedModel([]) })]);
    const { client } = served;
    const runId = `refused-${randomUUID()}`;
    await expect(client.run('support', 'hi', { runId, outputType: 'none' })).rejects.toThrow('outputType');
    expect((await operatorPage(client, runId)).attributes).toMatchObject({
      AgentName: 'support',
      AgentStatus: 'failed',
    });
  });

  it('are left away in a namespace that lacks them', async () => {
    const namespace = `plain-${randomUUID()}`;
    const model = scriptedModel([call('42'), 'Delivered.']);
    const agents = [defineAgent({ name: 'support', model, tools: [lookUp] })];
    served = await serveNamespace(agents, namespace);
    const { runId, output } = await served.client.run('support', 'Where is order 42?');
    expect(output).toBe('Delivered.');
    expect((await operatorPage(served.client, runId)).attributes).not.toHaveProperty('AgentName');
  });
});

/** What the run itself added, by event. */
async function addedAttributes(client: AgentClient, runId: string): Promise<string[][]> {
  const events = await historyEvents(client, runId);
  return events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: added }) =>
    added ? [Object.keys(added.searchAttributes?.indexedFields ?? {}).sort()] : [],
  );
}

async function serveNamespace(agents: Parameters<typeof serve>[0], namespace: string): Promise<Served> {
  const admin = await AgentClient.connect();
  const day = { seconds: 86_400 as never }; // protobuf's own type for a 64-bit number, of which this is small enough
  await admin.temporal.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: day,
  });
  await admin.close();
  const taskQueue = `test-${randomUUID()}`;
  // The server shows a new namespace a moment later.
  const client = await until(() => AgentClient.connect({ taskQueue, namespace }).catch(() => undefined));
  const worker = await createWorker({ agents, taskQueue, connection: { namespace } });
  const running = worker.run();
  return {
    client,
    taskQueue,
    stop: async () => {
      worker.shutdown();
      await running;
      await client.close();
    },
  };
}

describe('a run that an operator resets', () => {
  it('goes on from there, with what was recorded before it and nothing of what came after', async () => {
    const model = functionModel((messages) => (messages.length === 1 ? call('42') : 'Delivered.'));
    served = await serve([defineAgent({ name: 'support', model, tools: [lookUp] })]);
    const { client } = served;
    const first = await client.run('support', 'Where is order 42?');
    const decisions = (await historyEvents(client, first.runId)).filter(
      ({ workflowTaskCompletedEventAttributes: completed }) => completed,
    );
    await client.temporal.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: first.runId },
      reason: 'test',
      workflowTaskFinishEventId: decisions[1]?.eventId ?? null,
      requestId: randomUUID(),
    });
    const again = await client.getRun(first.runId).result();
    expect(again.output).toBe('Delivered.');
    expect(again.usage).toEqual(first.usage);
    expect(await again.allMessages()).toHaveLength(4);
    expect(await timeline(client, first.runId)).toHaveLength(3);
    expect((await operatorPage(client, first.runId)).attributes).toMatchObject({ AgentStatus: 'completed' });
  });
});

describe('secrets', () => {
  const API_KEY = 'sk-test-4f9a0c7be21d';
  const TOKEN = 'shop-token-93c1d8';
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it('of deps and of the API key are in nothing that is recorded but the input of the start', async () => {
    const server = await startOpenAIServer([
      { body: chatToolCall('pay', { amount: 5 }) },
      { status: 500, body: errorBody(`The key ${API_KEY} is fine, we are not.`) },
      { body: chatText('Paid.') },
      { status: 401, body: errorBody(`Incorrect API key provided: ${API_KEY}`, 'invalid_api_key') },
    ]);
    process.env['OPENAI_API_KEY'] = API_KEY;
    process.env['OPENAI_BASE_URL'] = server.baseURL;
    const shop = z.object({ token: z.string() });
    const pay = defineTool({
      name: 'pay',
      description: 'Pays.',
      input: z.object({ amount: z.number() }),
      deps: shop,
      execute: ({ amount }, { deps }) => ({ paid: amount, length: deps.token.length }),
    });
    const agent = defineAgent({ name: 'shopper', model: 'openai-chat:gpt-5-mini', tools: [pay], deps: shop });
    served = await serve([agent]);
    const { client } = served;
    const deps = { token: TOKEN };
    const paid = await client.run(agent, 'Pay 5.', { deps });
    const refused = await client.start(agent, 'Pay 5.', { deps });
    await expect(refused.result()).rejects.toThrow('Incorrect API key');
    await server.close();

    expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${API_KEY}`);
    expect(await everythingRecorded(client, paid.runId, { start: true })).toContain(TOKEN);
    for (const runId of [paid.runId, refused.id]) {
      const recorded = await everythingRecorded(client, runId, { start: false });
      expect(recorded).toContain('shopper');
      expect(recorded).not.toContain(TOKEN);
      expect(recorded).not.toContain(API_KEY);
    }
  });
});

/** History, memo, attributes, summaries and details of a run as text, its payloads decoded. */
async function everythingRecorded(
  client: AgentClient,
  runId: string,
  { start }: { start: boolean },
): Promise<string> {
  const [first, ...events] = await historyEvents(client, runId);
  const input = first?.workflowExecutionStartedEventAttributes?.input;
  const started = { ...first, workflowExecutionStartedEventAttributes: undefined };
  const { memo } = await client.temporal.workflow.getHandle(runId).describe();
  const all = [
    started,
    { ...first?.workflowExecutionStartedEventAttributes, input: start ? input : undefined },
    events,
    memo,
    runId,
    await operatorPage(client, runId),
    await currentDetails(client, runId),
  ];
  const decoded = (key: string, value: unknown): unknown =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value;
  return JSON.stringify(all, decoded);
}
