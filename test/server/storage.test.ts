// Needs a real Temporal server. The region is quoted in docs/large-payloads.md.
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import {
  type Agent,
  type BinaryContent,
  defineAgent,
  defineTool,
  type ModelMessage,
  ModelRetry,
  PayloadTooLargeError,
  ToolFailed,
  UserError,
} from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel, scriptedModel } from 'perdure/testing';
import { createWorker, type CreateWorkerOptions, perdurePlugin } from 'perdure/worker';
import { z } from 'zod';
import { MAX_PAYLOAD_BYTES, MAX_STORED_PAYLOAD_BYTES as STORED } from '../../src/common/size-limits';
import { parrot } from '../support/agents';
import { startProgram } from '../support/child';
import { historyEvents, historySize, troublesOf } from '../support/history';
import { type S3Server, startS3Server } from '../support/s3-server';
import { serve } from '../support/serve';
import { createStorageDirectory, type StorageDirectory } from '../support/storage-directory';
import { until } from '../support/until';

const MB = 1_000_000;

const letters = (length: number): string => 'x'.repeat(length);

const PICTURE: BinaryContent = {
  kind: 'binary',
  mediaType: 'image/png',
  data: 'iVBORw0K'.repeat((3 * MB) / 8),
};
const PROMPT = [{ kind: 'text', text: 'What is this?' }, PICTURE] as const;

const REPORT = `The report: ${letters(5 * MB)}`;

const readReport = defineTool({
  name: 'read_report',
  description: 'Reads the report.',
  input: z.object({}),
  execute: () => REPORT,
});

const CALLS_TOOL = [{ tool: 'read_report' }];

let directory: StorageDirectory;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  directory = createStorageDirectory();
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  directory.remove();
});

/** A worker and a client with the same options. */
async function serveWith(
  agent: Agent,
  options: Partial<CreateWorkerOptions> = {},
): Promise<{ client: AgentClient; taskQueue: string; stop: () => Promise<void> }> {
  const { taskQueue, stop, client: plain } = await serve([agent], options);
  await plain.close();
  const { storage, compression } = options;
  const client = await connect(taskQueue, {
    ...(storage === undefined ? {} : { storage }),
    ...(compression === undefined ? {} : { compression }),
  });
  let stopped = false;
  const stopOnce = async (): Promise<void> => {
    if (!stopped) await stop();
    stopped = true;
  };
  cleanUps.push(stopOnce);
  return { client, taskQueue, stop: stopOnce };
}

async function connect(
  taskQueue: string,
  options: Parameters<typeof AgentClient.connect>[0] = {},
): Promise<AgentClient> {
  const client = await AgentClient.connect({ taskQueue, ...options });
  cleanUps.push(() => client.close());
  return client;
}

function reader(script: Parameters<typeof scriptedModel>[0]) {
  const model = scriptedModel(script);
  return { model, agent: defineAgent({ name: 'reader', model, tools: [readReport] }) };
}

/** A worker whose model calls the tool, and is then at work for longer than the worker lives. */
function serveUntilStuck(): ReturnType<typeof serveWith> {
  const model = functionModel(async (messages, { signal }) => {
    if (messages.length === 1) return CALLS_TOOL;
    await sleep(60_000, undefined, { signal });
    return 'Too late.';
  });
  const agent = defineAgent({ name: 'reader', model, tools: [readReport] });
  return serveWith(agent, { storage: directory.url, temporal: { shutdownGraceTime: 1 } });
}

function expectWhole(messages: readonly ModelMessage[]): void {
  expect(messages[0]?.parts).toEqual([{ kind: 'user-prompt', content: PROMPT }]);
  expect(messages[2]?.parts).toEqual([expect.objectContaining({ kind: 'tool-return', content: REPORT })]);
}

async function expectSmallHistory(client: AgentClient, runId: string): Promise<void> {
  expect((await historySize(client, runId)).bytes).toBeLessThan(25_000);
  expect(await troublesOf(client, runId)).toEqual([]);
}

describe('a picture of 3 MB and a tool result of 5 MB', () => {
  it('reach the model and the client whole, and the history holds two references', async () => {
    const { model, agent } = reader([CALLS_TOOL, 'A report.']);
    const { client } = await serveWith(agent, { storage: directory.url });
    const result = await client.run(agent, PROMPT);
    expect(result.output).toBe('A report.');
    expectWhole(model.requests[1]?.messages ?? []);
    expectWhole(await result.allMessages());
    await expectSmallHistory(client, result.runId);
    expect(directory.files()).toHaveLength(2);
  });

  it('are there for a worker that never saw the run, which leaves nothing new behind', async () => {
    const first = await serveUntilStuck();
    const handle = await first.client.start('reader', PROMPT);
    await until(async () => ((await handle.messages()).length === 3 ? true : undefined));
    await first.stop();

    const { model, agent } = reader(['A report.']);
    await serveWith(agent, { storage: directory.url, taskQueue: first.taskQueue });
    const result = await handle.result();
    expect(result.output).toBe('A report.');
    expectWhole(model.requests[0]?.messages ?? []);
    expect(directory.files()).toHaveLength(2);
  });

  it('are there for a run that continues this one', async () => {
    const { model, agent } = reader([CALLS_TOOL, 'A report.', 'Of letters.']);
    const { client } = await serveWith(agent, { storage: directory.url });
    const { runId } = await client.run(agent, PROMPT);
    const next = await client.run(agent, 'Of what?', { continueFrom: runId });
    expect(next.output).toBe('Of letters.');
    expectWhole(model.requests[2]?.messages ?? []);
    expectWhole(await next.allMessages());
    await expectSmallHistory(client, next.runId);
  });

  it('can be replayed, by who has the storage', async () => {
    const { agent } = reader([CALLS_TOOL, 'A report.']);
    const { client } = await serveWith(agent, { storage: directory.url });
    const { runId } = await client.run(agent, PROMPT);
    const history = await client.temporal.workflow.getHandle(runId).fetchHistory();
    const replay = (storage: string | false): Promise<void> =>
      Worker.runReplayHistory({ plugins: [perdurePlugin({ agents: [agent], storage })] }, history, runId);
    await expect(replay(directory.url)).resolves.toBeUndefined();
  });
});

describe('a tool result of 5 MB', () => {
  it('of a local tool is stored, too', async () => {
    const model = scriptedModel([CALLS_TOOL, 'A report.']);
    const agent = defineAgent({ name: 'reader', model, tools: [{ ...readReport, local: true }] });
    const { client } = await serveWith(agent, { storage: directory.url });
    const result = await client.run(agent, PROMPT);
    expectWhole(model.requests[1]?.messages ?? []);
    expectWhole(await result.allMessages());
    await expectSmallHistory(client, result.runId);
  });

  it.each([
    { name: 'ModelRetry', refuse: () => new ModelRetry(REPORT) },
    { name: 'ToolFailed', refuse: () => new ToolFailed(REPORT) },
  ])('may be a $name', async ({ refuse }) => {
    const refusing = defineTool({
      name: 'read_report',
      description: 'Refuses.',
      input: z.object({}),
      execute: () => {
        throw refuse();
      },
    });
    const model = scriptedModel([CALLS_TOOL, 'No report.']);
    const agent = defineAgent({ name: 'reader', model, tools: [refusing] });
    const { client } = await serveWith(agent, { storage: directory.url });
    const result = await client.run(agent, 'Read.');
    const [part] = model.requests[1]?.messages.at(-1)?.parts ?? [];
    expect(part).toMatchObject({ toolName: 'read_report', content: REPORT });
    await expectSmallHistory(client, result.runId);
  });
});

describe('a result of a run', () => {
  it('may be 5 MB long', async () => {
    const { agent } = reader([REPORT]);
    const { client } = await serveWith(agent, { storage: directory.url });
    const result = await client.run(agent, 'Write a report.');
    expect(result.output).toBe(REPORT);
    await expectSmallHistory(client, result.runId);
  });

  it('is no result for a client without the storage, and the error says what it lacks', async () => {
    const { agent } = reader([REPORT]);
    const { client, taskQueue } = await serveWith(agent, { storage: directory.url });
    const { runId } = await client.run(agent, 'Write a report.');
    const handle = (await connect(taskQueue)).getRun(runId);
    await expect(handle.result()).rejects.toThrow(UserError);
    for (const asking of [handle.result(), handle.messages(), handle.usage()]) {
      await expect(asking).rejects.toThrow(
        `run '${runId}' has values in external storage: give the client the same option storage as the worker has`,
      );
    }
    expect(await handle.status()).toBe('completed');
  });
});

describe('what is larger than the storage takes', () => {
  const ENVELOPE = JSON.stringify({ id: '123456789012', content: '' }).length;

  const writer = (length: number): Agent =>
    defineAgent({
      name: 'writer',
      model: scriptedModel([[{ tool: 'write' }], 'Done.']),
      tools: [
        defineTool({
          name: 'write',
          description: 'Writes.',
          input: z.object({}),
          execute: () => letters(length - ENVELOPE),
        }),
      ],
    });

  it('is a byte more than the limit', async () => {
    const agent = writer(STORED);
    const { client } = await serveWith(agent, { storage: directory.url });
    expect((await client.run(agent, 'Write.')).output).toBe('Done.');
  });

  it('ends the run without a second try', async () => {
    const agent = writer(STORED + 1);
    const { client } = await serveWith(agent, { storage: directory.url });
    const error = await client.run(agent, 'Write.').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toMatchObject({
      message: `the result of tool 'write' is ${STORED + 1} bytes long; at most ${STORED} can be stored`,
      field: "the result of tool 'write'",
      size: STORED + 1,
      limit: STORED,
    });
    const runId = error instanceof PayloadTooLargeError ? error.runId : '';
    expect(await troublesOf(client, runId)).toEqual([]);
  });

  it('is refused by the client before anything starts', async () => {
    const { client } = await serveWith(parrot, { storage: directory.url });
    await expect(client.run(parrot, letters(STORED - 1))).rejects.toThrow(
      `prompt is ${STORED + 1} bytes long; at most ${STORED} can be stored`,
    );
    expect(directory.files()).toEqual([]);
  });
});

describe('without a storage', () => {
  const advice = `at most ${MAX_PAYLOAD_BYTES} can be recorded, or ${STORED} with the option storage`;

  it('a prompt of 3 MB is refused before anything starts, and the error names the option', async () => {
    const { client } = await serveWith(parrot);
    const runId = `run-${randomUUID()}`;
    const asking = client.run(parrot, letters(3 * MB), { runId });
    await expect(asking).rejects.toThrow(PayloadTooLargeError);
    await expect(asking).rejects.toThrow(`prompt is 3000002 bytes long; ${advice}`);
    await expect(client.getRun(runId).status()).rejects.toThrow(UserError);
  });

  it('a tool result of 5 MB ends the run with the same error', async () => {
    const { agent } = reader([CALLS_TOOL]);
    const { client } = await serveWith(agent);
    const asking = client.run(agent, 'Read.');
    await expect(asking).rejects.toThrow(PayloadTooLargeError);
    await expect(asking).rejects.toThrow(`the result of tool 'read_report' is 5000046 bytes long; ${advice}`);
  });
});

describe('a stored value that is gone', () => {
  /** Takes the only stored value away; what it returns puts it back. */
  function takeAway(): { readonly file: string; readonly putBack: () => void } {
    const [file = ''] = directory.files();
    const bytes = readFileSync(file);
    rmSync(file);
    return { file, putBack: () => writeFileSync(file, bytes) };
  }

  it('fails the workflow tasks of a run that has to be replayed, until it is back', async () => {
    let taken: ReturnType<typeof takeAway> | undefined;
    const model = functionModel((messages) => {
      if (messages.length === 1) return CALLS_TOOL;
      taken = takeAway();
      return 'A report.';
    });
    const agent = defineAgent({ name: 'reader', model, tools: [readReport] });
    const { client } = await serveWith(agent, {
      storage: directory.url,
      temporal: { maxCachedWorkflows: 0 },
    });
    const handle = await client.start(agent, 'Read.');
    const failure = await until(async () => {
      const events = await historyEvents(client, handle.id);
      return events.find((event) => event.workflowTaskFailedEventAttributes)
        ?.workflowTaskFailedEventAttributes;
    });
    expect(failure?.failure?.message).toContain(`storage: '${taken?.file}' does not exist`);
    await expect(handle.messages()).rejects.toThrow(`storage: '${taken?.file}' does not exist`);
    expect(await handle.status()).toBe('running');

    taken?.putBack();
    const { output } = await handle.result({ timeout: '60s' });
    expect(output).toBe('A report.');
  });

  it('fails the activities that need it, which are tried again', async () => {
    const first = await serveUntilStuck();
    const handle = await first.client.start('reader', 'Read.');
    await until(async () => ((await handle.messages()).length === 3 ? true : undefined));
    await first.stop();
    const { file, putBack } = takeAway();

    const { model, agent } = reader(['A report.']);
    await serveWith(agent, { storage: directory.url, taskQueue: first.taskQueue });
    const pending = await until(async () => {
      const { raw } = await first.client.temporal.workflow.getHandle(handle.id).describe();
      return raw.pendingActivities?.find(({ lastFailure }) => lastFailure?.message?.includes(file));
    });
    expect(pending.activityType?.name).toBe('model.request');
    putBack();
    const { output } = await handle.result({ timeout: '60s' });
    expect(output).toBe('A report.');
    expect(model.requests).toHaveLength(1);
  });
});

describe('the option storage', () => {
  it('is the same text for the worker and the client, as the documents show', async () => {
    const taskQueue = `documents-${randomUUID()}`;
    const describer = scriptedModel(['A red bicycle.']);
    const photo = PICTURE.data;
    const url = directory.url;
    // #region storage
    const storage = url; // file:///srv/agents, or s3://BUCKET/PREFIX?region=eu-central-1
    const viewer = defineAgent({ name: 'viewer', model: describer });
    const worker = await createWorker({ agents: [viewer], taskQueue, storage });
    const client = await AgentClient.connect({ taskQueue, storage });
    const { output } = await worker.runUntil(
      client.run(viewer, [
        { kind: 'text', text: 'What is this?' },
        { kind: 'binary', mediaType: 'image/png', data: photo }, // 3 MB of base64
      ]),
    );
    // #endregion storage
    await client.close();
    expect(output).toBe('A red bicycle.');
    expect(directory.files()).toHaveLength(1);
  });

  it('comes from the environment, for workers and clients alike', async () => {
    process.env['PERDURE_STORAGE'] = directory.url;
    try {
      const { client } = await serveWith(parrot);
      expect((await client.run(parrot, REPORT)).output).toBe(`You said: ${REPORT}`);
      expect(directory.files()).toHaveLength(3); // the prompt in the input; the answer and the result
    } finally {
      delete process.env['PERDURE_STORAGE'];
    }
  });

  it('is one of `runSync`, too', async () => {
    const { taskQueue } = await serveWith(parrot, { storage: directory.url });
    const prompt = letters(2_000);
    const options = { taskQueue, storage: `${directory.url}?above=1024` };
    const child = startProgram('run-sync', [{ agent: 'parrot', prompt, options }]);
    await child.ended;
    expect(child.stdout).toContain(`"output":"You said: ${prompt}"`);
    expect(directory.files()).toHaveLength(1);
  });

  it('goes with a Temporal client of your own, which stays as it is', async () => {
    const { client: unused, taskQueue } = await serveWith(parrot, { storage: directory.url });
    const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    cleanUps.push(() => connection.close());
    const temporal = new Client({ connection });
    const client = new AgentClient(temporal, { taskQueue, storage: directory.url });
    expect((await client.run(parrot, REPORT)).output).toBe(`You said: ${REPORT}`);
    expect(client.temporal).toBeInstanceOf(Client);
    expect(temporal.options.loadedDataConverter.externalStorage).toBeUndefined();
    expect(unused.temporal.options.loadedDataConverter.externalStorage).toBeDefined();
  });

  it('goes with schedules of runs', async () => {
    const { client, taskQueue } = await serveWith(parrot, { storage: directory.url });
    const scheduleId = `schedule-${randomUUID()}`;
    const schedule = await client.temporal.schedule.create({
      scheduleId,
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: 'parrot',
        workflowId: scheduleId,
        taskQueue,
        args: [{ prompt: REPORT }],
      },
    });
    cleanUps.push(() => schedule.delete());
    expect(directory.files()).toHaveLength(1);
    await schedule.trigger();
    const { workflowId } = await until(async () => {
      const [last] = (await schedule.describe()).info.recentActions;
      return last?.action.workflow;
    });
    expect((await client.getRun(workflowId).result()).output).toBe(`You said: ${REPORT}`);
  });

  it('is refused by name when it is wrong, and no connection stays open', async () => {
    await expect(AgentClient.connect({ storage: 'here' })).rejects.toThrow(
      "AgentClient: storage: expected 'file:///DIRECTORY' or 's3://BUCKET/PREFIX', not 'here'",
    );
    expect(() => perdurePlugin({ agents: [parrot], storage: 'here' })).toThrow(/^worker options: storage: /);
    const storage = `file://${__filename}/below`;
    const refusal = `storage: cannot make the directory '${__filename}/below': `;
    await expect(AgentClient.connect({ storage })).rejects.toThrow(refusal);
    await expect(createWorker({ agents: [parrot], storage })).rejects.toThrow(refusal);
  });
});

describe('S3', () => {
  let server: S3Server;

  beforeEach(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'TESTKEY';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
    server = await startS3Server('values', 'TESTKEY');
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp(); // before the server goes
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    await server.stop();
  });

  it('keeps a picture of 3 MB and a tool result of 5 MB, as a directory does', async () => {
    const storage = `s3://values/agents?endpoint=${server.endpoint}`;
    const { model, agent } = reader([CALLS_TOOL, 'A report.']);
    const { client } = await serveWith(agent, { storage, transcriptCacheSize: 1 });
    const result = await client.run(agent, PROMPT);
    expect(result.output).toBe('A report.');
    expectWhole(model.requests[1]?.messages ?? []);
    expectWhole(await result.allMessages());
    await expectSmallHistory(client, result.runId);
    expect([...server.objects.keys()]).toEqual([
      expect.stringMatching(`^values/agents/v0/ns/default/wt/reader/wi/${result.runId}/ri/null/d/sha256/`),
      expect.stringMatching(`^values/agents/v0/ns/default/wt/reader/wi/${result.runId}/ri/.{36}/d/sha256/`),
    ]);
  });

  it.each([
    { what: 'is slower than the heartbeats may be apart', trouble: { latency: 2_500, failures: 0 } },
    { what: 'is down for longer than its client tries', trouble: { latency: 0, failures: 4 } },
  ])('that $what costs no second call of a tool', async ({ trouble }) => {
    const storage = `s3://values?endpoint=${server.endpoint}`;
    let calls = 0;
    const work = defineTool({
      name: 'read_report',
      description: 'Reads the report.',
      input: z.object({}),
      execute: () => {
        calls += 1;
        server.latency = trouble.latency;
        const failure = { status: 503, code: 'SlowDown' };
        server.failures.push(...Array.from({ length: trouble.failures }, () => failure));
        return REPORT;
      },
    });
    const model = scriptedModel([CALLS_TOOL, 'A report.']);
    const agent = defineAgent({ name: 'reader', model, tools: [work], heartbeatTimeout: '1s' });
    const { client } = await serveWith(agent, { storage });
    const result = await client.run(agent, 'Read.');
    expect(result.output).toBe('A report.');
    expect(calls).toBe(1);
    expect(await troublesOf(client, result.runId)).toEqual([]);
  });
});
