// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { defineAgent, NoWorkerError, UserError } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { parrot } from '../support/agents';
import { killChildren, startProgram } from '../support/child';
import { Gate } from '../support/conversations';
import { serve } from '../support/serve';
import { until } from '../support/until';

describe('without a worker', () => {
  let client: AgentClient;
  let taskQueue: string;

  beforeEach(async () => {
    taskQueue = `nobody-${randomUUID()}`;
    client = await AgentClient.connect({ taskQueue });
  });

  afterEach(async () => {
    killChildren();
    await client.close();
  });

  it('a warning names task queue and agent, and the run starts as soon as a worker comes', async () => {
    const child = startProgram('run-and-end', { taskQueue });
    await child.printed(`of agent 'parrot' from task queue '${taskQueue}' in 5 s`);
    expect(child.stderr).toContain('PerdureNoWorkerWarning');
    const { stop } = await serve([parrot], { taskQueue });
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.stdout).toBe('You said: hi\n');
    await stop();
  });

  it('waiting ends when the caller wants to wait no longer, and the run still starts later', async () => {
    const run = client.run(parrot, 'hi', { waitForWorker: '1s' });
    const error = await run.catch((caught: unknown) => caught);
    if (!(error instanceof NoWorkerError)) throw error;
    expect(error).toMatchObject({ agent: 'parrot', taskQueue });
    const { stop } = await serve([parrot], { taskQueue });
    await expect(client.getRun(error.runId).result()).resolves.toMatchObject({ output: 'You said: hi' });
    await stop();
  });

  it('a time-out says that the run waits for a worker (bug: it said that the run goes on)', async () => {
    const run = client.run(parrot, 'hi', { timeout: '1s' });
    await expect(run).rejects.toThrow(/did not finish within 1 s. It waits for a worker: getRun\('parrot-/);
    await expect(run).rejects.toMatchObject({ name: 'RunTimedOutError', stillRunning: true });
  });
});

describe('with workers that have no room', () => {
  it('waiting ends with an error that names them (bug: it said that none serves the queue)', async () => {
    const gate = new Gate();
    const slow = defineAgent({
      name: 'slow',
      model: functionModel(() => 'At last.'),
      deps: z.string().refine(async () => {
        await gate.pass(new AbortController().signal);
        return true;
      }),
    });
    // Two is the least; one of them is kept for runs that the worker knows.
    const temporal = { maxConcurrentWorkflowTaskExecutions: 2, identity: 'worker-7' };
    const { client, stop } = await serve([slow], { temporal });
    // By the agent's name: it is resolved in the workflow task.
    const first = client.run<typeof slow>('slow', 'first', { deps: '' });
    await gate.reached;
    const second = client.run<typeof slow>('slow', 'second', { deps: '', waitForWorker: '1s' });
    const error = await second.catch((caught: unknown) => caught);
    if (!(error instanceof NoWorkerError)) throw error;
    expect(error.message).toContain('asked that queue for work in the last minute (worker-7)');
    gate.open();
    await expect(first).resolves.toMatchObject({ output: 'At last.' });
    await expect(client.getRun(error.runId).result()).resolves.toMatchObject({ output: 'At last.' });
    await stop();
  });
});

describe('without a worker, a conversation', () => {
  it('warns of what waits to be changed, and changes when one comes (bug: close and cancel waited without a word)', async () => {
    const taskQueue = `nobody-${randomUUID()}`;
    const served = await serve([parrot], { taskQueue });
    const chat = served.client.conversation(parrot, `chat-${randomUUID()}`);
    await chat.send('hi', { turnId: 'a' });
    await served.stop();
    const client = await AgentClient.connect({ taskQueue });
    const alone = client.conversation(parrot, chat.id);
    const warn = jest.spyOn(process, 'emitWarning');
    const closing = alone.close();
    const cancelling = alone.turn('a').cancel();
    const said = [
      `carried out the closing of conversation '${chat.id}'`,
      `cancelled turn 'a' of conversation`,
    ];
    await until(() => {
      const warnings = warn.mock.calls.join();
      return said.every((text) => warnings.includes(text)) ? true : undefined;
    });
    warn.mockRestore();
    const { stop } = await serve([parrot], { taskQueue });
    await Promise.all([closing, cancelling]);
    await expect(alone.status()).resolves.toBe('closed');
    await stop();
    await client.close();
  });
});

describe('an agent that the worker does not have', () => {
  it('ends the run at once, naming those it has', async () => {
    const other = defineAgent({ name: 'other', model: functionModel(() => 'Hm.') });
    const { client, stop } = await serve([parrot, other]);
    const startedAt = Date.now();
    const run = client.run('parot', 'hi');
    await expect(run).rejects.toThrow(UserError);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await expect(run).rejects.toThrow(/no agent is named 'parot'.*'other', 'parrot'/);
    await stop();
  });
});
