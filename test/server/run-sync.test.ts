// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { defineAgent, defineTool, ModelRequestError, UserError } from 'perdure';
import { runSync } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import type { Call, Report } from '../processes/run-sync';
import { parrot, patient } from '../support/agents';
import { type Child, killChildren, startProgram } from '../support/child';
import { countConnections } from '../support/connection-counter';
import { describeError } from '../support/describe-error';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';

function startCalls(calls: readonly Call[], environment: NodeJS.ProcessEnv = {}): Child {
  return startProgram('run-sync', calls, environment);
}

function reportsOf({ stdout }: Child): Report[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Report); // written by the program
}

async function call(...calls: readonly Call[]): Promise<Report[]> {
  const child = startCalls(calls);
  expect(await child.ended).toEqual({ code: 0, signal: null }); // by itself: nobody closes anything
  return reportsOf(child);
}

describe('runSync', () => {
  let served: Served | undefined;

  async function serveHere(...agents: Parameters<typeof serve>[0]): Promise<Served> {
    return (served = await serve(agents));
  }

  afterEach(async () => {
    killChildren();
    await served?.stop();
    served = undefined;
  });

  it('returns what `run` returns, while the thread stands still, and lets the process end', async () => {
    const { client, taskQueue } = await serveHere(parrot);
    const [report] = await call({
      agent: 'parrot',
      prompt: 'hello',
      options: { taskQueue, runId: taskQueue },
    });
    const handle = client.getRun(taskQueue);
    const { output, usage } = await handle.result();
    expect(output).toBe('You said: hello');
    expect(report).toEqual({ ticks: 0, output, usage, runId: taskQueue, messages: await handle.messages() });
  });

  it('keeps one connection for all calls to a task queue', async () => {
    const taskQueue = `nobody-${randomUUID()}`; // or an answer might come in time
    const counter = await countConnections();
    const options = { taskQueue, connection: { address: counter.address } };
    const failing = { agent: 'parrot', prompt: 'hi', options: { ...options, timeout: 1 } };
    const reports = await call(failing, failing, failing);
    expect(reports.map((report) => 'error' in report && report.error.classes)).toEqual(
      Array.from({ length: 3 }, () => ['AgentRunError', 'RunTimedOutError']),
    );
    expect(counter.connections).toBe(1);
    await counter.close();
  });

  it('looks the server up in the environment of the moment, not of the first call', async () => {
    const { taskQueue } = await serveHere(parrot);
    const child = startProgram(
      'run-sync-elsewhere',
      { taskQueue, address: process.env['TEMPORAL_ADDRESS'] },
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    );
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(child.stdout).toBe(`ServerUnreachableError 127.0.0.1:1\nYou said: hi\n`);
  });

  it('is typed by the agent, also by its type alone', async () => {
    const price = defineAgent({
      name: 'price',
      model: 'openai:gpt-5-mini',
      output: z.object({ cents: z.number() }),
      deps: z.object({ shop: z.string() }),
    });
    const typed = (): number =>
      runSync<typeof price>('price', 'How much?', { deps: { shop: 'north' } }).output.cents;
    // @ts-expect-error the agent needs deps
    const withoutDeps = (): unknown => runSync(price, 'How much?');
    // @ts-expect-error a blocked thread cannot fire a signal
    const withSignal = (): unknown => runSync(parrot, 'hi', { signal: new AbortController().signal });
    expect([typed, withoutDeps, withSignal]).toHaveLength(3);
  });

  describe('throws the error that `run` throws,', () => {
    const fail = defineTool({
      name: 'fail',
      description: 'Fails.',
      input: z.object({}),
      maximumAttempts: 1,
      execute: () => Promise.reject(new RangeError('out of order')),
    });
    const agents = [
      defineAgent({
        name: 'UsageLimitExceededError',
        model: functionModel(() => ({ text: 'long', usage: { inputTokens: 7, outputTokens: 9 } })),
        usageLimits: { outputTokensLimit: 8 },
      }),
      defineAgent({
        name: 'ModelRequestError',
        model: functionModel(() => {
          const fields = { model: 'm', status: 400, code: 'context_length_exceeded', retryable: false };
          throw new ModelRequestError('too long', fields);
        }),
      }),
      defineAgent({
        name: 'ToolExecutionError',
        model: functionModel(() => [{ tool: 'fail' }]),
        tools: [fail],
      }),
      defineAgent({
        name: 'UnexpectedModelBehaviorError',
        model: functionModel(() => [{ tool: 'invented' }]),
      }),
      defineAgent({
        name: 'ContentFilterError',
        model: functionModel(() => ({ finishReason: 'content_filter' })),
      }),
      defineAgent({
        name: 'UserError',
        model: functionModel(() => 'hi'),
        deps: z.object({ shop: z.string() }),
      }),
    ];

    it.each(agents.map((agent) => [agent.name]))('%s, with everything it carries', async (name) => {
      const { client, taskQueue } = await serveHere(...agents);
      const options = { runId: taskQueue, taskQueue };
      const [report] = await call({ agent: name, prompt: 'go', options });
      const error = await client.getRun(taskQueue).result().catch(describeError);
      expect(report).toEqual({ ticks: 0, error });
      expect(error).toMatchObject({ classes: expect.arrayContaining([name]) });
    });
  });

  it('is told when the run is cancelled from elsewhere', async () => {
    const { client, taskQueue } = await serveHere(patient);
    const child = startCalls([
      { agent: 'patient', prompt: 'wait', options: { taskQueue, runId: taskQueue } },
    ]);
    const handle = client.getRun(taskQueue);
    await until(async () => (await handle.status().catch(() => undefined)) && true);
    await handle.cancel('changed my mind');
    await child.ended;
    expect(reportsOf(child)).toMatchObject([
      {
        ticks: 0,
        error: {
          classes: ['AgentRunError', 'RunCancelledError'],
          message: expect.stringContaining('changed my mind'),
        },
      },
    ]);
  });

  it('waits no longer than its timeout, and the run goes on', async () => {
    const { client, taskQueue } = await serveHere(patient);
    const options = { taskQueue, runId: taskQueue, timeout: '1s' } as const;
    const [report] = await call({ agent: 'patient', prompt: 'wait', options });
    expect(report).toMatchObject({
      ticks: 0,
      error: {
        classes: ['AgentRunError', 'RunTimedOutError'],
        fields: { stillRunning: true, runId: taskQueue },
      },
    });
    await expect(client.getRun(taskQueue).status()).resolves.toBe('running');
    await client.getRun(taskQueue).cancel();
  });

  it('says while it waits that no worker takes the run, and returns when one came', async () => {
    const taskQueue = `late-${Date.now()}`;
    const child = startCalls([{ agent: 'parrot', prompt: 'hi', options: { taskQueue } }]);
    await child.printed(`from task queue '${taskQueue}'`);
    expect(reportsOf(child)).toEqual([]);
    served = await serve([parrot], { taskQueue });
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(reportsOf(child)).toMatchObject([{ ticks: 0, output: 'You said: hi' }]);
  });

  it('ends at Ctrl-C, and the run goes on', async () => {
    const { client, taskQueue } = await serveHere(patient);
    const child = startCalls([
      { agent: 'patient', prompt: 'wait', options: { taskQueue, runId: taskQueue } },
    ]);
    const handle = client.getRun(taskQueue);
    await until(async () => (await handle.status().catch(() => undefined)) && true);
    child.signal('SIGINT');
    expect(await child.ended).toEqual({ code: null, signal: 'SIGINT' });
    await expect(handle.status()).resolves.toBe('running');
    await handle.cancel();
  });

  it('is refused in a tool, and beside a worker', async () => {
    const blocking = defineTool({
      name: 'blocking',
      description: 'Asks another agent, and would wait for ever.',
      input: z.object({}),
      execute: () => runSync(parrot, 'hi').output,
    });
    const agent = defineAgent({
      name: 'blocked',
      model: functionModel(() => [{ tool: 'blocking' }]),
      tools: [blocking],
    });
    const { client } = await serveHere(agent);
    await expect(client.run(agent, 'go')).rejects.toThrow(/cannot be used inside an activity or a tool/);
    expect(() => runSync(parrot, 'hi')).toThrow(/where a worker runs on the same thread/);
  });

  it('checks its options before it does anything', () => {
    const refused = (options: object): void => void runSync(parrot, 'hi', options);
    expect(() => refused({ timeout: 'soon' })).toThrow(UserError);
    expect(() => refused({ timeout: 'soon' })).toThrow(/timeout: expected milliseconds/);
    expect(() => refused({ taskQueue: '' })).toThrow(/taskQueue: /);
    expect(() => refused({ connection: { address: 7 } })).toThrow(/address: /);
    expect(() => refused({ connection: { adress: 'x' } })).toThrow(/adress/);
    expect(() => refused({ signal: new AbortController().signal })).toThrow(/signal: a blocked thread/);
    expect(() => refused({ unknown: 1 })).toThrow(/unknown/);
  });

  it('says that no server answers, at which address, and how to start one', () => {
    const connection = { address: '127.0.0.1:1', connectTimeout: '500ms' } as const;
    expect(() => runSync(parrot, 'hi', { connection })).toThrow(
      /'127\.0\.0\.1:1'.*temporal server start-dev/,
    );
  });
});

describe('a script that ends with `run`', () => {
  it('ends by itself, without closing anything', async () => {
    const { taskQueue, stop } = await serve([parrot]);
    const child = startProgram('run-and-end', { taskQueue });
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.stdout).toBe('You said: hi\n');
    await stop();
  });
});
