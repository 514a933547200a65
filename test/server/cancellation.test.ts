// Needs a real Temporal server.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentRunError, defineAgent, defineTool, RunCancelledError, RunTimedOutError } from 'perdure';
import { scriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { parrot, patient } from '../support/agents';
import { chatText, chatToolCall, type OpenAIServer, startOpenAIServer } from '../support/openai-server';
import { type Served, serve } from '../support/serve';

let served: Served | undefined;

async function serveHere(...agents: Parameters<typeof serve>[0]): Promise<Served> {
  return (served = await serve(agents));
}

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

const note = defineTool({
  name: 'note',
  description: 'Takes a note.',
  input: z.object({}),
  execute: () => 'noted',
});

/** A tool that only its signal ends. */
function createWaitingTool() {
  let started: () => void = () => {};
  let ended: (reason: unknown) => void = () => {};
  const hasStarted = new Promise<void>((resolve) => (started = resolve));
  const hasEnded = new Promise<unknown>((resolve) => (ended = resolve));
  const tool = defineTool({
    name: 'wait',
    description: 'Waits.',
    input: z.object({}),
    execute: async (_args, { signal }) => {
      started();
      await once(signal, 'abort');
      ended(signal.reason);
    },
  });
  return { tool, hasStarted, hasEnded };
}

describe('cancelling a run', () => {
  let provider: OpenAIServer;
  const openaiBaseUrl = process.env['OPENAI_BASE_URL'];

  beforeEach(async () => {
    provider = await startOpenAIServer([
      { body: chatToolCall('note', {}, { input: 30, output: 4 }) },
      { body: chatText('Never read.'), delayMs: 120_000 },
    ]);
    process.env['OPENAI_BASE_URL'] = provider.baseURL;
  });

  afterEach(async () => {
    await provider.close();
    if (openaiBaseUrl === undefined) delete process.env['OPENAI_BASE_URL'];
    else process.env['OPENAI_BASE_URL'] = openaiBaseUrl;
  });

  it('aborts the HTTP request in flight within 2 seconds, and tells what was spent and said', async () => {
    const agent = defineAgent({ name: 'noting', model: 'openai-chat:gpt-4o', tools: [note] });
    const { client } = await serveHere(agent);
    const handle = await client.start(agent, 'Take a note.');
    const result = handle.result().catch((error: unknown) => error);
    while (provider.requests.length < 2) await sleep(20);
    const cancelledAt = Date.now();
    await handle.cancel('the customer hung up');
    await provider.firstAborted;
    expect(Date.now() - cancelledAt).toBeLessThan(2_000);
    expect(provider.requests.map(({ aborted }) => aborted)).toEqual([false, true]);
    const error = await result;
    expect(error).toBeInstanceOf(RunCancelledError);
    expect(error).toMatchObject({
      message: `run '${handle.id}' was cancelled: the customer hung up`,
      runId: handle.id,
      usage: { requests: 1, toolCalls: 1, inputTokens: 30, outputTokens: 4 },
      messages: [
        { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Take a note.' }] },
        { kind: 'response', parts: [{ kind: 'tool-call', toolName: 'note' }] },
        { kind: 'request', parts: [{ kind: 'tool-return', content: 'noted', outcome: 'success' }] },
      ],
    });
    await expect(handle.status()).resolves.toBe('cancelled');
  });
});

describe('a cancellation', () => {
  it('fires the signal of the tool that runs', async () => {
    const { tool, hasStarted, hasEnded } = createWaitingTool();
    const model = scriptedModel([[{ tool: 'wait' }]]);
    const { client } = await serveHere(defineAgent({ name: 'waiting', model, tools: [tool] }));
    const handle = await client.start('waiting', 'go');
    await hasStarted;
    await handle.cancel();
    await hasEnded;
    const error = await handle.result().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RunCancelledError);
    expect(error).toMatchObject({ message: `run '${handle.id}' was cancelled`, usage: { requests: 1 } });
    expect(model.requests).toHaveLength(1);
  });

  it('is what a signal in the options does', async () => {
    const { tool, hasStarted, hasEnded } = createWaitingTool();
    const model = scriptedModel([[{ tool: 'wait' }]]);
    const { client } = await serveHere(defineAgent({ name: 'waiting', model, tools: [tool] }));
    const controller = new AbortController();
    const run = client.run('waiting', 'go', { signal: controller.signal });
    const refused = run.catch((caught: unknown) => caught);
    await hasStarted;
    controller.abort('enough');
    await hasEnded;
    const error = await refused;
    expect(error).toBeInstanceOf(RunCancelledError);
    expect(error).toMatchObject({ message: expect.stringMatching(/was cancelled: enough$/) });
  });

  it('is what a signal does that fired before', async () => {
    const { client } = await serveHere(patient);
    const run = client.run(patient, 'go', { signal: AbortSignal.abort(new Error('too late')) });
    await expect(run).rejects.toThrow(/was cancelled: too late$/);
    await expect(run).rejects.toMatchObject({ usage: { requests: 0 }, messages: [{ kind: 'request' }] });
  });

  it('changes nothing once the run has ended', async () => {
    const { client } = await serveHere(parrot);
    const handle = await client.start(parrot, 'hi');
    await handle.result();
    await handle.cancel('too late');
    await expect(handle.status()).resolves.toBe('completed');
    await expect(handle.result()).resolves.toMatchObject({ output: 'You said: hi' });
  });
});

describe('a run', () => {
  it('goes on when the time to wait for it is up', async () => {
    const { client } = await serveHere(patient);
    const handle = await client.start(patient, 'go');
    const waiting = handle.result({ timeout: '1s' });
    await expect(waiting).rejects.toBeInstanceOf(RunTimedOutError);
    await expect(waiting).rejects.toMatchObject({
      message: expect.stringContaining(`getRun('${handle.id}') finds it`),
      stillRunning: true,
      messages: [{ kind: 'request' }],
    });
    await expect(handle.status()).resolves.toBe('running');
    await handle.cancel();
  });

  it('that an operator terminates ends with an error that says so', async () => {
    const { client } = await serveHere(patient);
    const handle = await client.start(patient, 'go');
    const result = handle.result().catch((error: unknown) => error);
    await client.temporal.workflow.getHandle(handle.id).terminate('wrong customer');
    const error = await result;
    expect(error).toBeInstanceOf(AgentRunError);
    expect(error).toMatchObject({
      message: `run '${handle.id}' was terminated: wrong customer`,
      messages: [{ kind: 'request', parts: [{ content: 'go' }] }],
    });
    await expect(handle.status()).resolves.toBe('terminated');
  });
});
