// Needs a real Temporal server.
import { defineAgent, PayloadTooLargeError, UserError } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { createWorker } from 'perdure/worker';
import { z } from 'zod';
import { parrot } from '../support/agents';
import { serve } from '../support/serve';

/** Options as JavaScript lets them pass. */
type Careless = (agent: unknown, prompt?: unknown, options?: unknown) => Promise<unknown>;

describe('before a run starts', () => {
  let client: AgentClient;
  let run: Careless;

  beforeAll(async () => {
    client = await AgentClient.connect({ taskQueue: 'nobody-serves-this' });
    run = (agent, prompt, options) => client.run(agent as never, prompt as never, options as never);
  });

  afterAll(async () => {
    await client.close();
  });

  it.each([
    ['runId', 7],
    ['runId', ''],
    ['runId', 'x'.repeat(256)],
    ['runId', '\ud800'],
    ['conversationId', '\udc00a'],
    ['continueFrom', 'a\ud800'],
    ['model', ''],
    ['model', { name: 'gpt' }],
    ['modelSettings', 'hot'],
    ['modelSettings.temperature', { temperature: '0.5' }],
    ['modelSettings', { temprature: 0.5 }],
    ['usageLimits.requestLimit', { requestLimit: -1 }],
    ['usageLimits.totalTokensLimit', { totalTokensLimit: '20k' }],
    ['usageLimits', { requestsLimit: 3 }],
    ['usage.requests', { requests: 'many' }],
    ['instructions', 5],
    ['metadata', 'none'],
    ['metadata', { when: new Map() }],
    ['summary', true],
    ['timeout', 'soon'],
    ['timeout', 0],
    ['timeout', -5],
    ['waitForWorker', {}],
    ['signal', {}],
    ['deps', { nested: { count: 5n } }],
    ['deps', () => 1],
  ])('a bad %s is refused by name: %p', async (path, value) => {
    const field = path.split('.')[0] ?? '';
    const refused = run('parrot', 'hi', { waitForWorker: 500, [field]: value });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`run of agent 'parrot': ${path}: `);
  });

  it.each(['', '\ud800', undefined])('an id that no run can have is refused: %p', (runId) => {
    expect(() => client.getRun(runId as string)).toThrow(UserError);
    expect(() => client.getRun(runId as string)).toThrow('getRun: runId: ');
  });

  it('an option that does not exist is refused by name', async () => {
    await expect(run('parrot', 'hi', { waitForWorker: 500, timeOut: '1s' })).rejects.toThrow(
      /run of agent 'parrot': .*timeOut/,
    );
  });

  it.each([[5], [null], [[]], [{ text: 'hi' }]])(
    'something that is no prompt is refused: %j',
    async (prompt) => {
      await expect(run('parrot', prompt, { waitForWorker: 500 })).rejects.toThrow(UserError);
      await expect(run('parrot', prompt, { waitForWorker: 500 })).rejects.toThrow(
        /prompt: expected a text or a list of content parts/,
      );
    },
  );

  it('a bad part of a prompt is refused, naming it', async () => {
    const refused = run('parrot', [{ kind: 'text' }], { waitForWorker: 500 });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/prompt\.0\.text: /);
  });

  it.each([[undefined], [null], [''], [5], [{}]])(
    'something that is no agent is refused: %j',
    async (agent) => {
      await expect(run(agent, 'hi', { waitForWorker: 500 })).rejects.toThrow(UserError);
      await expect(run(agent, 'hi', { waitForWorker: 500 })).rejects.toThrow(
        /agent: expected an agent made by defineAgent, or the name/,
      );
    },
  );

  it.each([[null], ['options'], [5]])('something that are no options is refused: %j', async (options) => {
    await expect(run('parrot', 'hi', options)).rejects.toThrow(
      "run of agent 'parrot': options: expected an object",
    );
    await expect(run(parrot, 'hi', options)).rejects.toThrow(UserError);
  });

  it('what is larger than Temporal can record is refused with its name and size', async () => {
    const refused = run('parrot', 'x'.repeat(3_000_000));
    await expect(refused).rejects.toThrow(PayloadTooLargeError);
    await expect(refused).rejects.toMatchObject({ field: 'prompt', size: 3_000_002 });
    const together = run('parrot', 'x'.repeat(1_500_000), { deps: 'x'.repeat(1_500_000) });
    await expect(together).rejects.toMatchObject({ field: 'prompt and options together' });
  });

  it('bad options of `result` are refused by name', async () => {
    const handle = client.getRun('some-run');
    await expect(handle.result({ timeout: 'soon' as never })).rejects.toThrow(
      /result of run 'some-run': timeout: /,
    );
  });
});

describe('before a client or a worker connects', () => {
  const connect = (options: object): Promise<unknown> => AgentClient.connect(options);
  const create = (options: object): Promise<unknown> => createWorker({ agents: [parrot], ...options });

  it.each([
    ['address', { address: 7 }],
    ['namespace', { namespace: '' }],
    ['connectTimeout', { connectTimeout: 'soon' }],
    ['adress', { adress: 'localhost:7233' }],
  ])('a bad %s is refused by name', async (field, connection) => {
    for (const refused of [connect(connection), create({ connection })]) {
      await expect(refused).rejects.toThrow(UserError);
      await expect(refused).rejects.toThrow(new RegExp(`connection settings: .*${field}`));
    }
  });

  it.each([
    ['taskQueue', { taskQueue: '' }],
    ['agents', { agents: [] }],
    ['agents', { agents: [{ name: 'x' }] }],
    ['agents', { agents: 'parrot' }],
    ['transcriptCacheSize', { transcriptCacheSize: 0 }],
    ['models', { models: 5 }],
    ['temporal', { temporal: 5 }],
    ['workers', { workers: 2 }],
  ])("a worker's bad %s is refused by name: %j", async (field, options) => {
    await expect(create(options)).rejects.toThrow(UserError);
    await expect(create(options)).rejects.toThrow(new RegExp(`: .*${field}`));
  });

  it('two agents of one name are refused', async () => {
    await expect(create({ agents: [parrot, parrot] })).rejects.toThrow("two agents are named 'parrot'");
  });

  it('an agent whose model nobody knows is refused, naming what is known', async () => {
    const agent = defineAgent({ name: 'lost', model: 'gemini:pro' });
    const refused = create({ agents: [agent], models: { tiny: functionModel(() => 'hi') } });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(
      /agent 'lost': unknown model 'gemini:pro'; known are .*'openai:NAME'.*'tiny'/,
    );
  });
});

describe('on the worker', () => {
  const shop = defineAgent({
    name: 'shop',
    model: functionModel(() => 'Open.'),
    deps: z.object({ customer: z.object({ id: z.int() }) }),
  });

  it.each([
    ['missing', {}, /run of agent 'shop': deps: /],
    ['of the wrong shape', { deps: { customer: { id: 'seven' } } }, /deps\.customer\.id: /],
    ['of the wrong type', { deps: 'seven' }, /deps: .*expected object/],
  ])('deps that are %s are refused, naming the field', async (_what, options, message) => {
    const { client, stop } = await serve([shop]);
    const refused = client.run('shop', 'hi', options);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(message);
    await stop();
  });

  it('a model that the worker does not know is refused, naming it', async () => {
    const { client, stop } = await serve([parrot]);
    const refused = client.run(parrot, 'hi', { model: 'unheard-of' });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/unknown model 'unheard-of'/);
    await stop();
  });
});
