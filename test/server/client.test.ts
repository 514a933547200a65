// Needs a real Temporal server.
import { defineAgent, UserError, type UserPrompt } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel, scriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { parrot, promptOf } from '../support/agents';
import { type Served, serve } from '../support/serve';

let served: Served | undefined;

async function serveHere(...agents: Parameters<typeof serve>[0]): Promise<Served> {
  return (served = await serve(agents));
}

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

/** A run's id that no other test uses. */
function newId({ taskQueue }: Served): string {
  return `run-of-${taskQueue}`;
}

describe('a run id', () => {
  it('names the same run when it is used again, also after the run has ended', async () => {
    const model = scriptedModel(['Once.']);
    const here = await serveHere(defineAgent({ name: 'once', model }));
    const runId = newId(here);
    const first = await here.client.start('once', 'go', { runId });
    const second = await here.client.start('once', 'go', { runId });
    expect(second.id).toBe(first.id);
    await expect(first.result()).resolves.toMatchObject({ output: 'Once.' });
    await expect(here.client.run('once', 'go', { runId })).resolves.toMatchObject({ output: 'Once.' });
    expect(model.requests).toHaveLength(1);
  });

  it('names the same run for two clients that start at the same time', async () => {
    const model = scriptedModel(['Once.']);
    const here = await serveHere(defineAgent({ name: 'once', model }));
    const other = await AgentClient.connect({ taskQueue: here.taskQueue });
    const runId = newId(here);
    const results = await Promise.all(
      [here.client, other].map((client) => client.run('once', 'go', { runId })),
    );
    expect(results.map(({ output }) => output)).toEqual(['Once.', 'Once.']);
    expect(model.requests).toHaveLength(1);
    await other.close();
  });

  it('names a run that failed for good: it is not tried anew', async () => {
    const model = scriptedModel([[{ tool: 'invented' }], [{ tool: 'invented' }]]);
    const here = await serveHere(defineAgent({ name: 'hopeless', model }));
    const options = { runId: newId(here) };
    await expect(here.client.run('hopeless', 'go', options)).rejects.toThrow(/exceeded max retries/);
    await expect(here.client.run('hopeless', 'go', options)).rejects.toThrow(/exceeded max retries/);
    model.assertFinished();
    expect(model.requests).toHaveLength(2);
  });

  it.each([
    ['another prompt', 'parrot', 'something else', {}],
    ['other options', 'parrot', 'go', { metadata: { customer: 7 } }],
    ['another agent', 'cockatoo', 'go', {}],
  ])('is refused for %s', async (_what, agent, prompt, options) => {
    const cockatoo = defineAgent({ name: 'cockatoo', model: functionModel(() => 'Hm.') });
    const here = await serveHere(parrot, cockatoo);
    const runId = newId(here);
    await here.client.run('parrot', 'go', { runId });
    const again = here.client.start(agent, prompt, { runId, ...options });
    await expect(again).rejects.toThrow(UserError);
    await expect(again).rejects.toThrow(`runId: run '${runId}' exists already`);
  });

  it('does not mind the order in which the keys of the options come', async () => {
    const here = await serveHere(parrot);
    const runId = newId(here);
    await here.client.run('parrot', 'go', { runId, metadata: { a: 1, b: { c: 2, d: 3 } } });
    const again = here.client.run('parrot', 'go', { metadata: { b: { d: 3, c: 2 }, a: 1 }, runId });
    await expect(again).resolves.toMatchObject({ runId });
  });

  it('is made of the agent and the time when none is given, so that ids sort by start', async () => {
    const { client } = await serveHere(parrot);
    const first = await client.start(parrot, 'a');
    await first.result();
    const second = await client.start(parrot, 'b');
    await second.result();
    expect([second.id, first.id].sort()).toEqual([first.id, second.id]);
    expect(first.id).toMatch(/^parrot-/);
  });
});

describe('a run that is started by name', () => {
  it('is typed by the type of its agent', async () => {
    const price = defineAgent({
      name: 'price',
      model: scriptedModel(['{"cents":250}', '{"cents":90}']),
      output: z.object({ cents: z.number() }),
      deps: z.object({ shop: z.string() }),
    });
    const { client } = await serveHere(price);
    const { output } = await client.run<typeof price>('price', 'How much?', { deps: { shop: 'north' } });
    const cents: number = output.cents;
    expect(cents).toBe(250);
    const handle = await client.start<typeof price>('price', 'How much?', { deps: { shop: 'south' } });
    expect((await handle.result()).output.cents).toBe(90);
    // @ts-expect-error the agent needs deps
    await expect(client.start<typeof price>('price', 'How much?')).resolves.toBeDefined();
  });
});

describe('a handle', () => {
  it('shows status, usage, messages and page while the run goes on, and after it', async () => {
    let goOn: () => void = () => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let asked: () => void = () => {};
    const secondRequest = new Promise<void>((resolve) => (asked = resolve));
    const model = functionModel(async (messages) => {
      if (messages.length === 1) return { text: '', usage: { inputTokens: 3, outputTokens: 4 } };
      asked();
      await gate;
      return { text: 'Done.', usage: { inputTokens: 5, outputTokens: 6 } };
    });
    const { client } = await serveHere(defineAgent({ name: 'two-steps', model }));
    const handle = await client.start('two-steps', 'go');
    await secondRequest;
    await expect(handle.status()).resolves.toBe('running');
    await expect(handle.usage()).resolves.toMatchObject({ requests: 1, inputTokens: 3, outputTokens: 4 });
    await expect(handle.messages()).resolves.toMatchObject([
      { kind: 'request' },
      { kind: 'response' },
      { kind: 'request', parts: [{ kind: 'retry-prompt' }] },
    ]);
    expect(handle.url).toBe(`${process.env['TEMPORAL_UI_URL']}/namespaces/default/workflows/${handle.id}`);
    goOn();
    await handle.result();
    await expect(handle.status()).resolves.toBe('completed');
    await expect(handle.usage()).resolves.toMatchObject({ requests: 2, inputTokens: 8, outputTokens: 10 });
    await expect(handle.messages()).resolves.toHaveLength(4);
  });

  it('is found by another client, from the id alone', async () => {
    const here = await serveHere(parrot);
    const { id } = await here.client.start(parrot, 'hello');
    const other = await AgentClient.connect();
    const found = await other.getRun<typeof parrot>(id).result();
    const output: string = found.output;
    expect(output).toBe('You said: hello');
    expect(found.runId).toBe(id);
    await expect(found.allMessages()).resolves.toHaveLength(2);
    await other.close();
  });

  it.each(['result', 'status', 'usage', 'messages', 'cancel'] as const)(
    'of a run that does not exist says so at %s()',
    async (method) => {
      const client = await AgentClient.connect();
      const asked = client.getRun('never-started')[method]();
      await expect(asked).rejects.toThrow(UserError);
      await expect(asked).rejects.toThrow("no run 'never-started' exists in namespace 'default'");
      await client.close();
    },
  );
});

describe('a prompt', () => {
  const told = defineAgent({
    name: 'told',
    instructions: 'Say hello.',
    model: functionModel((messages, { instructions }) => `${instructions} / ${JSON.stringify(messages)}`),
  });

  it('may be empty: that is a prompt, too', async () => {
    const { client } = await serveHere(parrot);
    await expect(client.run(parrot, '')).resolves.toMatchObject({ output: 'You said: ' });
  });

  it('may be missing when there are instructions, of the agent or of the run', async () => {
    const { client } = await serveHere(told, parrot);
    const nothing = JSON.stringify([{ kind: 'request', parts: [] }]);
    await expect(client.run(told, undefined)).resolves.toMatchObject({ output: `Say hello. / ${nothing}` });
    const run = client.run(parrot, undefined, { instructions: 'Talk.' });
    await expect(run).resolves.toMatchObject({ output: 'You said: nothing' });
  });

  it('is asked for when there are no instructions either', async () => {
    const { client } = await serveHere(parrot);
    const run = client.run(parrot, undefined);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(/no message history, user prompt, or instructions provided/);
  });

  it('may be a list of content parts, which reach the model unchanged', async () => {
    const seen: UserPrompt[] = [];
    const model = functionModel((messages) => {
      const [part] = messages[0]?.parts ?? [];
      if (part?.kind === 'user-prompt') seen.push(part.content);
      return promptOf(messages);
    });
    const { client } = await serveHere(defineAgent({ name: 'viewer', model }));
    const prompt: UserPrompt = [
      { kind: 'text', text: 'What is this?' },
      { kind: 'image-url', url: 'https://example.com/cat.png' },
      { kind: 'binary', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
    ];
    await client.run('viewer', prompt);
    expect(seen).toEqual([prompt]);
  });
});
