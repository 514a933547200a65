// Needs a real Temporal server.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineAgent,
  defineTool,
  type ModelMessage,
  NO_USAGE,
  PayloadTooLargeError,
  RunTimedOutError,
  UsageLimitExceededError,
  UserError,
  type UserPrompt,
} from 'perdure';
import type { RunOptions } from 'perdure/client';
import { functionModel, scriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { hashOf } from '../support/call-log';
import { killChildren } from '../support/child';
import { describeError } from '../support/describe-error';
import { type DescribedResult, describeResult, withoutIds } from '../support/describe-result';
import { historyEvents, troublesOf } from '../support/history';
import { operatorPage, timeline } from '../support/operator-page';
import { runSyncWhole } from '../support/run-sync-whole';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';

/** Answers with everything that it was sent. */
const reflect = functionModel((messages, { settings, instructions, outputTools }) =>
  JSON.stringify({ messages, settings, instructions, outputTools: outputTools.map(({ name }) => name) }),
);

const mirror = defineAgent({
  name: 'mirror',
  model: reflect,
  instructions: ['Be brief.', ({ usage }) => `Spent: ${usage.requests}`],
  modelSettings: { temperature: 0.1, topP: 0.5 },
});

const host = defineAgent({
  name: 'host',
  model: reflect,
  deps: z.object({ guest: z.string(), seats: z.int().default(2) }),
  instructions: ({ deps, conversationId, runId }) =>
    `${deps.guest} ${deps.seats} ${conversationId === runId ? 'alone' : conversationId}`,
});

const either = defineAgent({
  name: 'either',
  model: functionModel((_, { outputTools }) => [
    {
      tool: outputTools.length === 1 ? (outputTools[0]?.name ?? '') : 'final_result_yes',
      args: { why: 'So.' },
    },
  ]),
  output: { yes: z.object({ why: z.string() }), no: z.object({ why: z.string() }) },
});

const hopeless = defineAgent({
  name: 'hopeless',
  model: functionModel(() => [{ tool: 'final_result', args: { word: 7 } }]),
  output: z.object({ word: z.string() }),
});

/** Answers with a hash of what it was sent: a history may be larger than an answer. */
const witness = defineAgent({
  name: 'witness',
  model: functionModel((messages) => hashOf(messages.slice(0, -1))),
});

const slow = defineAgent({
  name: 'slow',
  model: functionModel(async (_messages, { signal }) => {
    await sleep(60_000, undefined, { signal });
    return 'At last.';
  }),
});

const HISTORY: readonly ModelMessage[] = [
  { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Earlier.' }] },
  { kind: 'response', parts: [{ kind: 'text', content: 'So be it.' }], usage: { outputTokens: 3 } },
];

let served: Served;

beforeAll(async () => {
  const other = functionModel(() => 'Another model.');
  served = await serve([mirror, host, either, hopeless, witness, slow], { models: { other } });
});

afterEach(killChildren);
afterAll(() => served.stop());

interface Case {
  readonly agent: string;
  readonly prompt?: UserPrompt | undefined;
  readonly options: Omit<RunOptions, 'deadline' | 'signal'> & { readonly deps?: unknown };
  /** What the result, or the error, looks like. */
  readonly expected: object;
}

const CASES: Readonly<Record<string, Case>> = {
  'no option at all': {
    agent: 'mirror',
    options: {},
    expected: {
      finishReason: 'stop',
      usage: { ...NO_USAGE, requests: 1, inputTokens: 10, outputTokens: 5, totalTokens: 15 },
      newMessages: [{ kind: 'request' }, { kind: 'response' }],
      allMessages: [{ kind: 'request' }, { kind: 'response' }],
      response: { kind: 'response', modelName: 'function' },
    },
  },
  'a prompt of parts': {
    agent: 'mirror',
    prompt: [
      { kind: 'text', text: 'See.' },
      { kind: 'image-url', url: 'https://example.com/cat.png' },
    ],
    options: {},
    expected: { output: expect.stringContaining('https://example.com/cat.png') },
  },
  'no prompt': { agent: 'mirror', prompt: undefined, options: {}, expected: { finishReason: 'stop' } },
  model: { agent: 'mirror', options: { model: 'other' }, expected: { output: 'Another model.' } },
  'modelSettings, over those of the agent': {
    agent: 'mirror',
    options: { modelSettings: { temperature: 0.9, seed: 7 } },
    expected: { output: expect.stringContaining('"settings":{"temperature":0.9,"topP":0.5,"seed":7}') },
  },
  'instructions, after those of the agent': {
    agent: 'mirror',
    options: { instructions: 'Rhyme.' },
    expected: { output: expect.stringContaining('"Be brief.\\n\\nSpent: 0\\n\\nRhyme."') },
  },
  'usage, which counts on': {
    agent: 'mirror',
    options: { usage: { requests: 3, inputTokens: 100, cost: 0.5, details: { images: 1 } } },
    expected: {
      output: expect.stringContaining('Spent: 3'),
      usage: { requests: 4, inputTokens: 110, totalTokens: 115, cost: 0.5, details: { images: 1 } },
    },
  },
  'usageLimits, over those of the agent': {
    agent: 'mirror',
    options: { usage: { requests: 3 }, usageLimits: { requestLimit: 3 } },
    expected: {
      classes: ['AgentRunError', 'UsageLimitExceededError'],
      message: 'The next request would exceed the request_limit of 3',
      fields: { limit: 'request_limit', value: 4, usage: { requests: 3 } },
    },
  },
  messageHistory: {
    agent: 'mirror',
    options: { messageHistory: HISTORY },
    expected: {
      allMessages: [...HISTORY, { kind: 'request' }, { kind: 'response' }],
      newMessages: [{ kind: 'request' }, { kind: 'response' }],
    },
  },
  'deps, by way of the schema': {
    agent: 'host',
    options: { deps: { guest: 'Ada' } },
    expected: { output: expect.stringContaining('"Ada 2 alone"') },
  },
  conversationId: {
    agent: 'host',
    options: { deps: { guest: 'Ada' }, conversationId: 'table-7' },
    expected: { conversationId: 'table-7', output: expect.stringContaining('"Ada 2 table-7"') },
  },
  metadata: {
    agent: 'mirror',
    options: { metadata: { customer: 7, tags: ['new'] } },
    expected: { metadata: { customer: 7, tags: ['new'] } },
  },
  outputType: {
    agent: 'either',
    options: { outputType: 'no' },
    expected: { output: { why: 'So.' }, response: { parts: [{ toolName: 'final_result_no' }] } },
  },
  'resultType, another name of outputType': {
    agent: 'either',
    options: { resultType: 'no' },
    expected: { output: { why: 'So.' }, response: { parts: [{ toolName: 'final_result_no' }] } },
  },
  'an unknown outputType': {
    agent: 'either',
    options: { outputType: 'maybe' },
    expected: {
      classes: ['UserError'],
      message: "run of agent 'either': outputType: unknown output 'maybe'; the agent has 'yes', 'no'",
    },
  },
  retries: {
    agent: 'hopeless',
    options: { retries: { output: 2 } },
    expected: {
      message: 'Exceeded maximum output retries (2)',
      fields: { usage: { requests: 3 } },
    },
  },
};

describe('every option means the same by run, start and runSync:', () => {
  let bySync: Awaited<ReturnType<typeof runSyncWhole>>;

  beforeAll(async () => {
    const { taskQueue } = served;
    bySync = await runSyncWhole(
      Object.values(CASES).map((one) => ({
        agent: one.agent,
        ...promptOf(one),
        options: { ...one.options, taskQueue },
      })),
    );
  });

  it.each(Object.entries(CASES))('%s', async (_option, one) => {
    const { client } = served;
    const index = Object.values(CASES).indexOf(one);
    const { prompt } = promptOf(one);
    const ran = await outcomeOf(client.run(one.agent, prompt, one.options));
    const started = await outcomeOf(
      client.start(one.agent, prompt, one.options).then((handle) => handle.result()),
    );
    const { result, error } = bySync[index] ?? {};
    expect(ran).toMatchObject(one.expected);
    expect(comparable(started)).toEqual(comparable(ran));
    expect(comparable(result ?? error ?? {})).toEqual(comparable(ran));
  });
});

function promptOf(one: Case): { prompt?: UserPrompt | undefined } {
  if (!('prompt' in one)) return { prompt: 'Hello.' };
  return one.prompt === undefined ? {} : { prompt: one.prompt };
}

async function outcomeOf(running: ReturnType<Served['client']['run']>): Promise<object> {
  try {
    return await describeResult(await running);
  } catch (error) {
    return describeError(error);
  }
}

function comparable(described: object): object {
  if (!('fields' in described)) return withoutIds(described);
  return { ...described, fields: withoutIds(described.fields as object) };
}

it('resultType beside outputType is refused', async () => {
  const both = served.client.run('either', 'Go.', { outputType: 'no', resultType: 'yes' });
  await expect(both).rejects.toThrow('resultType: is another name of outputType; give one of them');
});

describe('a conversation', () => {
  it('is a search attribute of the runs that have one, and of no others', async () => {
    const { client } = served;
    const conversationId = `talk-${randomUUID()}`;
    const first = await client.run('mirror', 'Hello.', { conversationId });
    const second = await client.run('mirror', 'Hello.');
    expect((await operatorPage(client, first.runId)).attributes).toMatchObject({
      ConversationId: conversationId,
    });
    expect((await operatorPage(client, second.runId)).attributes).not.toHaveProperty('ConversationId');
    expect(second.conversationId).toBe(second.runId);
  });
});

describe('the messages of earlier runs', () => {
  /** With an order of keys, numbers and characters that a careless copy would change. */
  const peculiar: readonly ModelMessage[] = [
    { parts: [{ content: 'Grüße 😀 \u2028', kind: 'user-prompt' }], kind: 'request' },
    {
      timestamp: '2026-01-01T00:00:00.000Z',
      usage: { details: { z: 1e21, a: 0 }, inputTokens: 0 },
      kind: 'response',
      providerName: 'openai',
      modelName: 'm',
      parts: [
        { signature: 'x'.repeat(30), kind: 'thinking', content: '', id: 't' },
        { kind: 'provider-item', providerName: 'openai', item: { type: 'web_search', z: null, a: [{}] } },
        { toolCallId: 'c', args: '{ "b":1,\n "a":2 }', toolName: 'gone', kind: 'tool-call' },
      ],
    },
    {
      kind: 'request',
      parts: [
        {
          outcome: 'failed',
          toolCallId: 'c',
          toolName: 'gone',
          kind: 'tool-return',
          metadata: { b: 1, a: 2 },
          content: null,
        },
      ],
    },
    { kind: 'response', parts: [{ kind: 'text', content: 'Well.' }], usage: {} },
  ];
  const prose = 'All work and no play makes Jack a dull boy. '.repeat(100);
  const long = Array.from({ length: 1_000 }, (_, index): ModelMessage =>
    index % 2 === 0
      ? { kind: 'request', parts: [{ kind: 'user-prompt', content: `${index} ${prose}` }] }
      : { kind: 'response', parts: [{ kind: 'text', content: prose }], usage: {} },
  );

  const forgetful = functionModel((messages) =>
    messages.at(-1)?.parts[0]?.kind === 'tool-return' ? `${messages.length}` : [{ tool: 'nod' }],
  );
  const nod = defineTool({ name: 'nod', description: 'x', input: z.object({}), execute: () => 'yes' });
  const reader = defineAgent({ name: 'reader', model: forgetful, tools: [nod] });

  it.each([
    ['a few, recorded as they are', peculiar],
    ['several MiB of them, packed', [...long, ...peculiar]],
  ])('come back byte for byte: %s', async (_what, messageHistory) => {
    const result = await served.client.run('witness', 'Go on.', { messageHistory });
    const all = await result.allMessages();
    expect(JSON.stringify(all.slice(0, messageHistory.length))).toBe(JSON.stringify(messageHistory));
    expect(result.output).toBe(hashOf(messageHistory));
  });

  it('can be the messages of a run with calls, as its result gave them', async () => {
    const { client, stop } = await serve([reader]);
    const first = await client.run('reader', 'Nod.');
    const messageHistory = JSON.parse(JSON.stringify(await first.allMessages())) as ModelMessage[];
    const second = await client.run('reader', 'Nod again.', { messageHistory });
    expect((await second.allMessages()).slice(0, 4)).toEqual(messageHistory);
    expect(await second.newMessages()).toHaveLength(4);
    expect(second.usage).toMatchObject({ requests: 2, toolCalls: 1 });
    await stop();
  });

  it('reach a worker that remembers nothing, however many they are', async () => {
    const { client, stop } = await serve([reader], { transcriptCacheSize: 1 });
    const result = await client.run('reader', 'Nod.', { messageHistory: long });
    expect(result.output).toBe('1003');
    expect(await result.newMessages()).toHaveLength(4);
    expect(await troublesOf(client, result.runId)).toEqual([]);
    await stop();
  });

  it('that no packing makes small enough are refused with field, size and limit, also by runSync', async () => {
    const noise = randomBytes(3 * 1024 * 1024).toString('base64');
    const messageHistory: ModelMessage[] = [
      { kind: 'request', parts: [{ kind: 'user-prompt', content: noise }] },
    ];
    const error = await served.client.run('mirror', 'Go on.', { messageHistory }).catch(describeError);
    expect(error).toMatchObject({
      classes: expect.arrayContaining([PayloadTooLargeError.prototype.name]) as unknown,
      message: expect.stringMatching(/^messageHistory is \d+ bytes long; at most 1900000/) as unknown,
      fields: { field: 'messageHistory', limit: 1_900_000 },
    });
    const folder = mkdtempSync(join(tmpdir(), 'perdure-history-'));
    const historyFile = join(folder, 'history.json');
    writeFileSync(historyFile, JSON.stringify(messageHistory));
    const { taskQueue } = served;
    const [report] = await runSyncWhole([
      { agent: 'mirror', prompt: 'Go on.', options: { taskQueue, historyFile } },
    ]);
    expect(report?.error).toEqual(error);
    rmSync(folder, { recursive: true });
  });

  it('are refused on the worker, too, when others start a run with bad ones', async () => {
    const { client, taskQueue } = served;
    const workflowId = `bad-${randomUUID()}`;
    const messageHistory = [{ kind: 'response', parts: [{ kind: 'text' }] }];
    await client.temporal.workflow.start('mirror', {
      taskQueue,
      workflowId,
      args: [{ prompt: 'Hi', messageHistory }],
    });
    const refused = client.getRun(workflowId).result();
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/messageHistory\.0\.parts\.0\.content: /);
  });
});

describe('continueFrom', () => {
  const jammed = defineTool({
    name: 'jammed',
    description: 'x',
    input: z.object({}),
    maximumAttempts: 1,
    execute: (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
  });
  const broken = defineTool({
    name: 'broken',
    description: 'x',
    input: z.object({}),
    maximumAttempts: 1,
    execute: () => Promise.reject(new Error('out of order')),
  });
  const caller = (name: string, tool: string) =>
    defineAgent({ name, model: functionModel(() => [{ tool }]), tools: [jammed, broken] });
  let here: Served;

  beforeAll(async () => {
    here = await serve([mirror, caller('fails', 'broken'), caller('hangs', 'jammed')]);
  });

  afterAll(() => here.stop());

  async function continued(runId: string): Promise<DescribedResult & { sent: ModelMessage[] }> {
    const result = await describeResult(await here.client.run('mirror', 'And?', { continueFrom: runId }));
    const { messages } = JSON.parse(String(result['output'])) as { messages: ModelMessage[] };
    return { ...result, sent: messages };
  }

  it('takes the messages of a completed run, without the client ever seeing them', async () => {
    const first = await here.client.run('mirror', 'One.');
    const second = await continued(first.runId);
    expect(second.sent.slice(0, 2)).toEqual(await first.allMessages());
    expect(second['newMessages']).toHaveLength(2);
    const third = await continued(second.runId);
    expect(third.sent).toHaveLength(5);
    expect(third['allMessages']).toHaveLength(6);
  });

  it.each(['failed', 'cancelled', 'terminated'])(
    'takes those of a %s run, its open call answered',
    async (end) => {
      const { client } = here;
      const handle = await client.start(end === 'failed' ? 'fails' : 'hangs', 'Go.');
      await until(async () =>
        (await timeline(client, handle.id)).find(({ type }) => /jammed|broken/.test(type)),
      );
      if (end === 'cancelled') await handle.cancel();
      if (end === 'terminated') await client.temporal.workflow.getHandle(handle.id).terminate();
      const error = await handle.result().catch((thrown: unknown) => thrown);
      const { sent, ...result } = await continued(handle.id);
      const { messages } = error as { messages: ModelMessage[] }; // every error of a run has them
      expect((result['allMessages'] as ModelMessage[]).slice(0, messages.length)).toEqual(messages);
      expect(messages.at(-1)).toMatchObject({ kind: 'response', state: 'interrupted' });
      expect(sent.at(-1)).toMatchObject({
        kind: 'request',
        parts: [
          { kind: 'tool-return', outcome: 'interrupted' },
          { kind: 'user-prompt', content: 'And?' },
        ],
      });
    },
  );

  it('is refused for a run that goes on, and for one that never was', async () => {
    const { client } = here;
    const running = await client.start('hangs', 'Go.');
    const going = client.run('mirror', 'And?', { continueFrom: running.id });
    await expect(going).rejects.toThrow(UserError);
    await expect(going).rejects.toThrow(`continueFrom: run '${running.id}' has not ended`);
    const unknown = client.run('mirror', 'And?', { continueFrom: 'never-was' });
    await expect(unknown).rejects.toThrow(UserError);
    await expect(unknown).rejects.toThrow("continueFrom: no run 'never-was' exists");
    const impossible = client.run('mirror', 'And?', { continueFrom: 'x'.repeat(2_000) });
    await expect(impossible).rejects.toThrow(UserError);
    await expect(impossible).rejects.toThrow(/continueFrom: no run 'x+…/);
    await running.cancel();
  });

  it('fails at once for an id that cannot be written, given by others (bug: it was tried again for 15 s)', async () => {
    const { client, taskQueue } = here;
    const workflowId = `continued-${randomUUID()}`;
    const args = [{ prompt: 'And?', continueFrom: '\ud800' }];
    await client.temporal.workflow.start('mirror', { taskQueue, workflowId, args });
    await expect(client.getRun(workflowId).result()).rejects.toThrow("continueFrom: no run '\ufffd' exists");
    expect(await troublesOf(client, workflowId)).toEqual([]);
  });

  it('is refused beside messageHistory: one would silently replace the other', async () => {
    const options = { continueFrom: 'some-run', messageHistory: HISTORY };
    const refused = here.client.run('mirror', 'And?', options);
    await expect(refused).rejects.toThrow(
      "run of agent 'mirror': continueFrom: cannot be given beside messageHistory",
    );
    const workflowId = `both-${randomUUID()}`;
    const { client, taskQueue } = here;
    await client.temporal.workflow.start('mirror', { taskQueue, workflowId, args: [options] });
    await expect(client.getRun(workflowId).result()).rejects.toThrow(/cannot be given beside messageHistory/);
  });
});

describe('a deadline', () => {
  it('ends the run when it comes, with what was spent and said', async () => {
    const deadline = new Date(Date.now() + 2_000);
    const error = await served.client.run('slow', 'Go.', { deadline }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunTimedOutError);
    expect(error).toMatchObject({
      stillRunning: false,
      usage: NO_USAGE,
      messages: [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Go.' }] }],
    });
    const { runId } = error as RunTimedOutError; // as was just expected
    await expect(served.client.getRun(runId).status()).resolves.toBe('timed-out');
  });

  it('means the same to runSync, whose thread JSON would give a text in place of it', async () => {
    const { taskQueue } = served;
    const options = { taskQueue, deadline: new Date(Date.now() + 6_000).toISOString() };
    const [report] = await runSyncWhole([{ agent: 'slow', prompt: 'Go.', options }]);
    expect(report?.error).toMatchObject({
      classes: ['AgentRunError', 'RunTimedOutError'],
      fields: { stillRunning: false },
    });
  });

  it('that has passed is a mistake: nothing is started', async () => {
    const runId = `late-${randomUUID()}`;
    const started = served.client.start('mirror', 'Go.', { runId, deadline: new Date(Date.now() - 1) });
    await expect(started).rejects.toThrow(UserError);
    await expect(started).rejects.toThrow(/deadline: .* has passed/);
    await expect(served.client.getRun(runId).status()).rejects.toThrow('no run');
  });

  it.each([
    ['is no date', 'tomorrow'],
    ['is no real date', new Date(Number.NaN)],
  ])('that %s is refused', async (_what, deadline) => {
    const options = { deadline: deadline as Date };
    await expect(served.client.start('mirror', 'Go.', options)).rejects.toThrow(/mirror': deadline: /);
  });

  it('may be as far away as can be', async () => {
    await expect(served.client.run('mirror', 'Go.', { deadline: new Date(8.64e15) })).resolves.toMatchObject({
      finishReason: 'stop',
    });
  });
});

describe('an id that is given twice', () => {
  it('is one run, also with a history', async () => {
    const { client } = served;
    const options = { runId: `twice-${randomUUID()}`, messageHistory: HISTORY };
    const [first, second] = await Promise.all([
      client.run('mirror', 'Go.', options),
      client.run('mirror', 'Go.', options),
    ]);
    expect(second.output).toEqual(first.output);
    const other = client.run('mirror', 'Go.', { ...options, messageHistory: HISTORY.slice(0, 1) });
    await expect(other).rejects.toThrow('was asked something else');
  });
});

describe('a run without options', () => {
  it('is recorded as its prompt, and by no event more', async () => {
    const { client, stop } = await serve([defineAgent({ name: 'plain', model: scriptedModel(['Hi.']) })]);
    const { runId } = await client.run('plain', 'Hello.');
    const events = await historyEvents(client, runId);
    const input = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    expect(Buffer.from(input ?? []).toString()).toBe('"Hello."');
    expect(events.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled)).toHaveLength(1);
    await stop();
  });
});

it('a limit that is given is told apart from one that is not: null switches the default off', async () => {
  const usage = { requests: 60 };
  const { client } = served;
  await expect(client.run('mirror', 'Go.', { usage })).rejects.toThrow(UsageLimitExceededError);
  await expect(
    client.run('mirror', 'Go.', { usage, usageLimits: { requestLimit: null } }),
  ).resolves.toMatchObject({ usage: { requests: 61 } });
});
