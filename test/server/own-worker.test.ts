// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { defineAgent, defineTool, UserError } from 'perdure';
import { AgentClient } from 'perdure/client';
import { perdurePlugin } from 'perdure/worker';
import { z } from 'zod';
import { parrot } from '../support/agents';
import { killChildren, startProgram } from '../support/child';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const clock = defineTool({
  name: 'clock',
  description: 'Tells the time.',
  input: z.object({}),
  execute: () => 'noon',
});

describe('a worker of your own', () => {
  let connection: NativeConnection;
  const taskQueue = `own-${randomUUID()}`;
  const watchman = defineAgent({ name: 'watchman', model: 'openai:gpt-5-mini', tools: [clock] });

  beforeAll(async () => {
    connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  });

  afterAll(async () => {
    killChildren();
    await connection.close();
  });

  const create = (options: Partial<WorkerOptions> = {}): Promise<Worker> =>
    Worker.create({
      connection,
      taskQueue,
      plugins: [perdurePlugin({ agents: [parrot, watchman] })],
      ...options,
    });

  it('serves agents beside workflows and activities of your own', async () => {
    const ownQueue = `${taskQueue}-bundled`;
    const child = startProgram('own-worker', { taskQueue: ownQueue });
    const client = await AgentClient.connect({ taskQueue: ownQueue });
    const run = client.run('watchman', 'What time is it?', { timeout: '30s' });
    await expect(run).resolves.toMatchObject({
      output: 'It is noon.',
    });
    const greeted = await client.temporal.workflow.execute('greetAgent', {
      taskQueue: ownQueue,
      workflowId: `greet-${randomUUID()}`,
      args: ['Polly'],
      workflowRunTimeout: '30s',
    });
    expect(greeted).toBe('You said: Hello, Polly');
    await client.close();
    child.signal('SIGTERM');
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it('loads the modules of agents once for all runs', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: path.join(__dirname, '..', 'support', 'own-workflows.ts'),
      plugins: [perdurePlugin({ agents: [parrot] })],
      logger: new DefaultLogger('ERROR'),
    });
    expect(/preloadModules\(\) \{([^}]*)\}/.exec(code)?.[1]).toContain('lib/workflows/index.js');
  });

  it('needs no workflows of your own', async () => {
    const worker = await create();
    await worker.runUntil(async () => {
      const client = await AgentClient.connect({ taskQueue });
      await expect(client.run(parrot, 'hi')).resolves.toMatchObject({ output: 'You said: hi' });
      await client.close();
    });
  });

  it.each(['clock', 'default'])("is refused when an activity '%s' would serve a tool", async (name) => {
    const refused = create({ activities: { [name]: async () => 'midnight' } });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`activity '${name}' has the name of a tool`);
  });

  it('is refused with a name in place of a model (bug: its runs hung)', () => {
    const models = { brain: 'openai:gpt-5' as never }; // what a JavaScript user might write for an alias
    expect(() => perdurePlugin({ agents: [parrot], models })).toThrow(/models\.brain: expected a model/);
  });

  it('is refused without agents', () => {
    expect(() => perdurePlugin({ agents: [] })).toThrow(/agents: expected at least one agent/);
  });

  it('keeps what you set of its options', async () => {
    const worker = await create({ maxCachedWorkflows: 7, taskQueue: `${taskQueue}-tuned` });
    expect(worker.options).toMatchObject({ maxCachedWorkflows: 7, shutdownGraceTime: '10s' });
    await worker.runUntil(Promise.resolve());
  });
});
