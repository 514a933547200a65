// Needs a real Temporal server.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { defineAgent, UserError } from 'perdure';
import { AgentClient } from 'perdure/client';
import { scriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { parrot } from '../support/agents';
import { type Served, serve } from '../support/serve';
import { findBinary } from '../../src/dev-server/find-binary';

const run = promisify(execFile);

describe('a run that was started without this library', () => {
  let served: Served;
  const shop = defineAgent({
    name: 'shop',
    model: scriptedModel(['Open.']),
    deps: z.object({ shop: z.string() }),
  });

  beforeEach(async () => {
    served = await serve([parrot, shop]);
  });

  afterEach(async () => {
    await served.stop();
  });

  /** By a plain Temporal client. */
  async function start(agent: string, ...args: unknown[]): Promise<string> {
    const { workflowId } = await served.client.temporal.workflow.start(agent, {
      taskQueue: served.taskQueue,
      workflowId: `${agent}-${randomUUID()}`,
      args,
    });
    return workflowId;
  }

  it('by the temporal CLI, with a text', async () => {
    const { path } = await findBinary({ environment: process.env, onProgress: () => {} });
    const workflowId = `cli-${randomUUID()}`;
    const address = process.env['TEMPORAL_ADDRESS'] ?? '';
    const where = ['--address', address, '--task-queue', served.taskQueue, '--workflow-id', workflowId];
    const input = ['--type', 'parrot', '--input', '"hello"'];
    const { stdout } = await run(path, ['workflow', 'execute', ...where, ...input]);
    expect(stdout).toContain('You said: hello');
    await expect(served.client.getRun(workflowId).result()).resolves.toMatchObject({
      output: 'You said: hello',
    });
  });

  it('by a plain Temporal client, with a text', async () => {
    const result = await served.client.getRun(await start('parrot', 'hello')).result();
    expect(result.output).toBe('You said: hello');
    await expect(result.allMessages()).resolves.toHaveLength(2);
  });

  it('by a plain Temporal client, with a prompt and options', async () => {
    const input = { prompt: 'hello', usageLimits: { requestLimit: 0 } };
    const refused = served.client.getRun(await start('parrot', input)).result();
    await expect(refused).rejects.toThrow('The next request would exceed the request_limit of 0');
  });

  it('is found by its id, and is not started again', async () => {
    const runId = await start('parrot', 'hello');
    await expect(served.client.run(parrot, 'hello', { runId })).resolves.toMatchObject({
      output: 'You said: hello',
    });
  });

  it.each<[string, string, unknown[], RegExp]>([
    ['nothing at all', 'parrot', [], /run of agent 'parrot': /],
    ['null', 'parrot', [null], /run of agent 'parrot': /],
    ['a number', 'parrot', [7], /run of agent 'parrot': /],
    ['an empty list', 'parrot', [[]], /prompt: expected a text or a list of content parts/],
    ['no prompt', 'parrot', [{}], /no message history, user prompt, or instructions provided/],
    [
      'a prompt that is none',
      'parrot',
      [{ prompt: 7 }],
      /prompt: expected a text or a list of content parts/,
    ],
    ['an unknown option', 'parrot', [{ prompt: 'hi', modle: 'x' }], /modle/],
    [
      'a bad option',
      'parrot',
      [{ prompt: 'hi', usageLimits: { requestLimit: 'x' } }],
      /usageLimits\.requestLimit/,
    ],
    [
      'a history that is none',
      'parrot',
      [{ prompt: 'hi', messageHistory: [{ kind: 'noise' }] }],
      /messageHistory/,
    ],
    ['no deps', 'shop', ['hi'], /run of agent 'shop': deps: /],
    ['null behind it (bug: stuck for ever)', 'parrot', ['hi', null], /the second argument is what/],
    ['a number behind it', 'parrot', ['hi', 7], /the second argument is what/],
    ['anything behind it', 'parrot', ['hi', { format: 'x' }], /the second argument is what/],
    ['anything behind a conversation', 'parrot', [{ conversation: {} }, {}], /the second argument is what/],
    ['a conversation that is none', 'parrot', [{ conversation: 7 }], /conversation/],
  ])(
    'with %s ends as a mistake of its caller, and does not get stuck',
    async (_what, agent, input, message) => {
      const refused = served.client.getRun(await start(agent, ...input)).result();
      await expect(refused).rejects.toThrow(UserError);
      await expect(refused).rejects.toThrow(message);
    },
  );
});

it('a client for one task queue finds runs of another', async () => {
  const { client, stop } = await serve([parrot]);
  const { id } = await client.start(parrot, 'hello');
  const elsewhere = await AgentClient.connect({ taskQueue: 'elsewhere' });
  await expect(elsewhere.getRun(id).result()).resolves.toMatchObject({ output: 'You said: hello' });
  await elsewhere.close();
  await stop();
});
