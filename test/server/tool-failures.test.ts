// Needs a real Temporal server.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineAgent,
  defineTool,
  ModelRetry,
  type ModelMessage,
  ToolExecutionError,
  ToolFailed,
  type ToolOptions,
} from 'perdure';
import { scriptedModel, type ScriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { type Served, serve } from '../support/serve';

const NO_ARGUMENTS = z.object({});

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

interface Setup {
  readonly model: ScriptedModel;
  ask(): Promise<unknown>;
}

/** An agent whose model calls the tool, once or as often as it is asked to, and then says that it is done. */
async function serveTool(
  execute: () => unknown,
  {
    calls = 1,
    ...options
  }: Partial<ToolOptions<typeof NO_ARGUMENTS, unknown>> & { readonly calls?: number } = {},
): Promise<Setup> {
  const tool = defineTool({
    name: 'lookup',
    description: 'Looks something up.',
    input: NO_ARGUMENTS,
    maximumAttempts: 1,
    ...options,
    execute,
  });
  const model = scriptedModel([...Array.from({ length: calls }, () => [{ tool: 'lookup' }]), 'Done.']);
  served = await serve([defineAgent({ name: 'seeker', model, tools: [tool] })]);
  const { client } = served;
  return { model, ask: () => client.run('seeker', 'go') };
}

/** What the model was told last. */
function lastTold({ requests }: ScriptedModel): ModelMessage['parts'] | undefined {
  return requests.at(-1)?.messages.at(-1)?.parts;
}

function hold(): unknown {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  return loop;
}

describe('a tool that returns', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a function', () => () => 1, /result of tool 'lookup' is a function, which is not JSON/],
    ['a Map', () => ({ found: new Map() }), /result of tool 'lookup'\.found is a Map, which is not JSON/],
    ['a BigInt', () => [1n], /result of tool 'lookup'\[0\] is a bigint, which is not JSON/],
    ['something cyclic', hold, /result of tool 'lookup'\.self refers back to an object that holds it/],
    ['NaN', () => Number.NaN, /result of tool 'lookup' is NaN, which is not JSON/],
  ])('%s ends the run, says where, and is not run again', async (_what, produce, message) => {
    let executions = 0;
    const { ask } = await serveTool(
      () => {
        executions++;
        return produce();
      },
      { maximumAttempts: 5 },
    );
    const error = await ask().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToolExecutionError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), toolName: 'lookup' });
    expect(executions).toBe(1);
  });

  it.each<[string, unknown, unknown]>([
    ['nothing', undefined, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an object with nothing in a field', { found: undefined, count: 0 }, { count: 0 }],
  ])('%s gives the model what JSON makes of it', async (_what, value, content) => {
    const { ask, model } = await serveTool(() => value);
    await ask();
    expect(lastTold(model)).toMatchObject([{ kind: 'tool-return', content, outcome: 'success' }]);
  });
});

describe('a tool that throws', () => {
  it('ends the run after the attempts it has, with what was spent and said', async () => {
    let executions = 0;
    const { ask } = await serveTool(
      () => {
        executions++;
        throw new RangeError(`attempt ${executions}`);
      },
      { maximumAttempts: 2 },
    );
    const error = await ask().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToolExecutionError);
    expect(error).toMatchObject({
      message: "Tool 'lookup' failed: attempt 2",
      toolName: 'lookup',
      usage: { requests: 1, toolCalls: 0 },
      messages: [{ kind: 'request' }, { kind: 'response', parts: [{ kind: 'tool-call' }] }],
    });
    expect(executions).toBe(2);
  });

  it('and then succeeds goes unnoticed by the model', async () => {
    let executions = 0;
    const { ask, model } = await serveTool(
      () => {
        executions++;
        if (executions === 1) throw new Error('busy');
        return 'found';
      },
      { maximumAttempts: 2 },
    );
    await expect(ask()).resolves.toMatchObject({ output: 'Done.', usage: { requests: 2, toolCalls: 1 } });
    expect(lastTold(model)).toMatchObject([{ kind: 'tool-return', content: 'found' }]);
  });

  it.each<[string, unknown, RegExp]>([
    ['a text', 'out of order', /Tool 'lookup' failed: out of order/],
    ['a number', 42, /Tool 'lookup' failed: a thrown number: 42/],
    ['nothing', undefined, /Tool 'lookup' failed: a thrown undefined/],
    ['an object', { code: 7 }, /Tool 'lookup' failed: a thrown object/],
    ['an object that cannot be a text', Object.create(null), /Tool 'lookup' failed: a thrown object/],
    ['a very long text', 'x'.repeat(1_000_000), /Tool 'lookup' failed: x+… \(\d+ more characters\)/],
  ])('%s in place of an error ends the run all the same', async (_what, thrown, message) => {
    const { ask } = await serveTool(() => {
      throw thrown;
    });
    const error = await ask().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToolExecutionError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('ModelRetry has the model try again, within its retries', async () => {
    const { ask, model } = await serveTool(
      () => {
        throw new ModelRetry('Name a year.');
      },
      { retries: 1, calls: 2 },
    );
    await expect(ask()).rejects.toThrow("Tool 'lookup' exceeded max retries count of 1");
    expect(model.requests).toHaveLength(2);
    expect(lastTold(model)).toMatchObject([
      { kind: 'retry-prompt', content: 'Name a year.', toolName: 'lookup' },
    ]);
  });

  it('ToolFailed tells the model, and costs no retry', async () => {
    const { ask, model } = await serveTool(
      () => {
        throw new ToolFailed('The shop is closed.');
      },
      { retries: 0, calls: 3 },
    );
    await expect(ask()).resolves.toMatchObject({ output: 'Done.', usage: { requests: 4, toolCalls: 0 } });
    expect(lastTold(model)).toMatchObject([
      { kind: 'tool-return', content: 'The shop is closed.', outcome: 'failed' },
    ]);
  });
});

describe('a tool that never returns', () => {
  it('is left when its time is up, and the model is told', async () => {
    const { ask, model } = await serveTool(() => new Promise(() => {}), { timeout: '1s' });
    await expect(ask()).resolves.toMatchObject({ output: 'Done.' });
    expect(lastTold(model)).toMatchObject([
      { kind: 'retry-prompt', content: 'Timed out after 1 seconds.', toolName: 'lookup' },
    ]);
  });

  it('is not what a slow one is', async () => {
    const { ask, model } = await serveTool(() => sleep(1_500).then(() => 'found'), { timeout: '30s' });
    await ask();
    expect(lastTold(model)).toMatchObject([{ kind: 'tool-return', content: 'found' }]);
  });
});
