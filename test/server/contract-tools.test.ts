// Needs a real Temporal server.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineAgent,
  defineTool,
  type ModelMessage,
  type RunContext,
  type ToolContext,
  type ToolOptions,
  ToolReturn,
} from 'perdure';
import { functionModel, scriptedModel, type ScriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { historyEvents, historySize, troublesOf } from '../support/history';
import { type Served, serve } from '../support/serve';

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

const NO_ARGUMENTS = z.object({});

type Options = Partial<ToolOptions<typeof NO_ARGUMENTS, unknown>>;

function tool(name: string, options: Options = {}) {
  const execute = (): string => name;
  return defineTool({
    name,
    description: name,
    input: NO_ARGUMENTS,
    maximumAttempts: 1,
    execute,
    ...options,
  });
}

/** Runs an agent whose model calls all its tools at once, and then says that it is done. */
async function callAll(tools: readonly ReturnType<typeof tool>[]) {
  const model = scriptedModel([tools.map(({ name }) => ({ tool: name })), 'Done.']);
  served = await serve([defineAgent({ name: 'caller', model, tools })]);
  const result = await served.client.run('caller', 'Go.');
  return { result, model, client: served.client };
}

/** What the model was told last. */
function lastTold({ requests }: ScriptedModel): ModelMessage['parts'] | undefined {
  return requests.at(-1)?.messages.at(-1)?.parts;
}

describe('a local tool', () => {
  /** Each call is a step of its own. */
  async function eventsOf(calls: number, options: Options): Promise<number> {
    const model = functionModel((messages) => (messages.length < 2 * calls ? [{ tool: 'quick' }] : 'Done.'));
    const { client, stop } = await serve([
      defineAgent({ name: 'stepper', model, tools: [tool('quick', options)] }),
    ]);
    const { runId, usage } = await client.run('stepper', 'Go.');
    expect(usage).toMatchObject({ requests: calls + 1, toolCalls: calls });
    const { events } = await historySize(client, runId);
    expect(await troublesOf(client, runId)).toEqual([]);
    await stop();
    return events;
  }

  it('costs 7 events a step, where an ordinary one costs 12: six of the model request, and a marker', async () => {
    const local = (await eventsOf(6, { local: true })) - (await eventsOf(2, { local: true }));
    const ordinary = (await eventsOf(6, {})) - (await eventsOf(2, {}));
    expect([local / 4, ordinary / 4]).toEqual([7, 12]);
  });

  it('is told its arguments, deps and place, and its result is in the messages that clients read', async () => {
    const seen: Partial<ToolContext>[] = [];
    const add = defineTool({
      name: 'add',
      description: 'Adds.',
      input: z.object({ left: z.number(), right: z.number() }),
      local: true,
      execute: async ({ left, right }, context: ToolContext) => {
        const { runStep, toolCallId, toolName, retry, idempotencyKey } = context;
        seen.push({ runStep, toolCallId, toolName, retry, idempotencyKey });
        expect(await context.messages()).toHaveLength(2);
        return left + right;
      },
    });
    const model = scriptedModel([[{ tool: 'add', args: { left: 1, right: 2 } }], 'Three.']);
    served = await serve([defineAgent({ name: 'adder', model, tools: [add] })]);
    const handle = await served.client.start('adder', 'Go.');
    const result = await handle.result();
    expect(seen).toEqual([
      {
        runStep: 1,
        toolCallId: 'call_1_1',
        toolName: 'add',
        retry: 0,
        idempotencyKey: `${handle.id}/1/call_1_1`,
      },
    ]);
    expect((await result.allMessages())[2]).toEqual({
      kind: 'request',
      parts: [
        { kind: 'tool-return', toolName: 'add', toolCallId: 'call_1_1', content: 3, outcome: 'success' },
      ],
    });
    expect(await handle.usage()).toEqual(result.usage);
  });

  it('fails as any other does', async () => {
    const broken = tool('broken', { local: true, execute: () => Promise.reject(new Error('no power')) });
    await expect(callAll([broken])).rejects.toMatchObject({
      name: 'ToolExecutionError',
      message: "Tool 'broken' failed: no power",
    });
  });

  it('is left when its time is up', async () => {
    const { model } = await callAll([
      tool('slow', { local: true, timeout: '1s', execute: () => new Promise(() => {}) }),
    ]);
    expect(lastTold(model)).toMatchObject([{ kind: 'retry-prompt', content: 'Timed out after 1 seconds.' }]);
  });
});

describe('a sequential tool', () => {
  it('is a barrier: after the calls before it, before the calls after it', async () => {
    const log: string[] = [];
    const logged = (name: string, options: Options = {}) =>
      tool(name, {
        ...options,
        execute: async () => {
          log.push(`+${name}`);
          await sleep(100);
          log.push(`-${name}`);
          return name;
        },
      });
    const { result } = await callAll([
      logged('a'),
      logged('b', { sequential: true }),
      logged('c'),
      logged('d', { local: true, sequential: true }),
    ]);
    expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c', '+d', '-d']);
    expect(result.usage.toolCalls).toBe(4);
  });

  it('keeps the calls on one side of it parallel, and results in the order of the calls', async () => {
    let together = 0;
    let most = 0;
    const crowd = (name: string, pause: number) =>
      tool(name, {
        execute: async () => {
          most = Math.max(most, ++together);
          await sleep(pause);
          together--;
          return name;
        },
      });
    const { model } = await callAll([
      crowd('slow', 400),
      crowd('quick', 200),
      tool('last', { sequential: true }),
    ]);
    expect(most).toBe(2);
    expect(lastTold(model)?.map((part) => 'toolName' in part && part.toolName)).toEqual([
      'slow',
      'quick',
      'last',
    ]);
  });

  it('that fails lets none of those behind it run', async () => {
    const log: string[] = [];
    const first = tool('first', {
      sequential: true,
      execute: () => Promise.reject(new Error('no power')),
    });
    const second = tool('second', { execute: () => log.push('second') });
    await expect(callAll([first, second])).rejects.toThrow("Tool 'first' failed: no power");
    expect(log).toEqual([]);
  });
});

describe('a tool that reports its failures', () => {
  it('tells the model, costs no retry and no success, and the run goes on', async () => {
    let executions = 0;
    const broken = tool('broken', {
      onError: 'report',
      maximumAttempts: 2,
      execute: () => {
        executions++;
        throw new Error('no power');
      },
    });
    const { result, model } = await callAll([broken, tool('fine')]);
    expect(executions).toBe(2);
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 1 });
    expect(lastTold(model)).toMatchObject([
      { kind: 'tool-return', content: "Tool 'broken' failed: no power", outcome: 'failed' },
      { kind: 'tool-return', content: 'fine', outcome: 'success' },
    ]);
    expect((await result.allMessages())[2]?.parts).toEqual(lastTold(model));
  });
});

describe('ToolReturn', () => {
  it('gives a value, says more to the model, and keeps something for the application', async () => {
    const image = { kind: 'binary', mediaType: 'image/png', data: 'iVBORw0KGgo=' } as const;
    const camera = tool('camera', {
      execute: () =>
        new ToolReturn({
          value: { shots: 1 },
          content: [{ kind: 'text', text: 'Look:' }, image],
          metadata: { film: 7 },
        }),
    });
    const { result, model } = await callAll([camera, tool('other')]);
    const parts = [
      {
        kind: 'tool-return',
        toolName: 'camera',
        toolCallId: 'call_1_1',
        content: { shots: 1 },
        outcome: 'success',
        metadata: { film: 7 },
      },
      {
        kind: 'tool-return',
        toolName: 'other',
        toolCallId: 'call_1_2',
        content: 'other',
        outcome: 'success',
      },
      { kind: 'user-prompt', content: [{ kind: 'text', text: 'Look:' }, image] },
    ];
    expect(lastTold(model)).toEqual(parts);
    expect((await result.allMessages())[2]).toEqual({ kind: 'request', parts });
  });

  it('of something that is no content ends the run, and the tool is not run again', async () => {
    let executions = 0;
    const camera = tool('camera', {
      maximumAttempts: 3,
      execute: () => {
        executions++;
        return new ToolReturn({ value: 1, content: [{ kind: 'film' }] as never });
      },
    });
    await expect(callAll([camera])).rejects.toThrow(/result of tool 'camera': content.*0\.kind/);
    expect(executions).toBe(1);
  });

  it('reaches a worker that remembers nothing', async () => {
    const camera = tool('camera', { execute: () => new ToolReturn({ value: 1, content: 'Look.' }) });
    const model = scriptedModel([[{ tool: 'camera' }], [{ tool: 'camera' }], 'Done.']);
    served = await serve([defineAgent({ name: 'caller', model, tools: [camera] })], {
      transcriptCacheSize: 1,
    });
    const result = await served.client.run('caller', 'Go.');
    expect(model.requests[2]?.messages).toEqual((await result.allMessages()).slice(0, -1));
  });
});

describe('prepare', () => {
  it('changes how a tool is described for one request, or hides it: then it is an unknown one', async () => {
    const contexts: Pick<RunContext, 'runStep' | 'usage'>[] = [];
    const once = tool('once', {
      prepare: ({ runStep, usage, messages }, described) => {
        contexts.push({ runStep, usage });
        return messages.length > 1 ? undefined : { ...described, description: `Step ${runStep}.` };
      },
    });
    const model = scriptedModel([[{ tool: 'once' }], [{ tool: 'once' }], 'Done.']);
    served = await serve([defineAgent({ name: 'caller', model, tools: [once, tool('always')] })]);
    const result = await served.client.run('caller', 'Go.');
    expect(
      model.requests.map(({ parameters }) => parameters.tools.map(({ description }) => description)),
    ).toEqual([['Step 1.', 'always'], ['always'], ['always']]);
    expect(lastTold(model)).toMatchObject([
      { kind: 'retry-prompt', content: "Unknown tool name: 'once'. Available tools: 'always'" },
    ]);
    expect(contexts.map(({ runStep, usage }) => [runStep, usage.requests, usage.toolCalls])).toEqual([
      [1, 0, 0],
      [2, 1, 1],
      [3, 2, 1],
    ]);
    expect(result.usage.toolCalls).toBe(1);
  });
});

describe('a tool call that is made again', () => {
  it('has the same idempotency key on each attempt, and no two calls have the same', async () => {
    const keys: string[] = [];
    const flaky = tool('flaky', {
      maximumAttempts: 3,
      execute: (_, { idempotencyKey }: ToolContext) => {
        keys.push(idempotencyKey);
        if (keys.length % 2 === 1) throw new Error('busy');
        return 'ok';
      },
    });
    const model = scriptedModel([[{ tool: 'flaky' }], [{ tool: 'flaky' }], 'Done.']);
    served = await serve([defineAgent({ name: 'caller', model, tools: [flaky] })]);
    const result = await served.client.run('caller', 'Go.');
    expect(keys).toHaveLength(4);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).toBe(keys[3]);
    expect(new Set(keys).size).toBe(2);
    expect(result.usage.toolCalls).toBe(2);
  });

  it('by the model, within its retries, is told which attempt it is', async () => {
    const attempts: [number, number, boolean][] = [];
    const picky = tool('picky', {
      retries: 2,
      timeout: '1s',
      execute: (_, { retry, maxRetries, lastAttempt }: ToolContext) => {
        attempts.push([retry, maxRetries, lastAttempt]);
        return retry < 2 ? new Promise(() => {}) : 'ok';
      },
    });
    const model = scriptedModel([[{ tool: 'picky' }], [{ tool: 'picky' }], [{ tool: 'picky' }], 'Done.']);
    served = await serve([defineAgent({ name: 'caller', model, tools: [picky] })]);
    await served.client.run('caller', 'Go.');
    expect(attempts).toEqual([
      [0, 2, false],
      [1, 2, false],
      [2, 2, true],
    ]);
  });
});

describe('arguments', () => {
  it('stay verbatim in the transcript, while the tool gets what the schema makes of them', async () => {
    const got: unknown[] = [];
    const dated = defineTool({
      name: 'dated',
      description: 'x',
      input: z.object({
        day: z.string().transform((day) => new Date(day)),
        note: z.string().default('none'),
      }),
      execute: (args) => {
        got.push(args);
        return 'ok';
      },
    });
    const written = '{ "day" :"2026-01-01"}';
    const model = scriptedModel([[{ tool: 'dated', args: written }], 'Done.']);
    served = await serve([defineAgent({ name: 'caller', model, tools: [dated] })]);
    const result = await served.client.run('caller', 'Go.');
    expect(got).toEqual([{ day: new Date('2026-01-01'), note: 'none' }]);
    expect((await result.allMessages())[1]?.parts).toMatchObject([{ args: written }]);
  });

  it('are not guessed at: a text is no number, an unknown key is an error, and nothing runs', async () => {
    let executions = 0;
    const counted = defineTool({
      name: 'counted',
      description: 'x',
      input: z.object({ count: z.number() }),
      retries: 2,
      execute: () => ++executions,
    });
    const call = (args: string) => [{ tool: 'counted', args }];
    const model = scriptedModel([
      call('{"count":"1"}'),
      call('{"count":1,"more":true}'),
      call('{"count":1}'),
      'Ok.',
    ]);
    served = await serve([defineAgent({ name: 'caller', model, tools: [counted] })]);
    const { usage } = await served.client.run('caller', 'Go.');
    expect(executions).toBe(1);
    expect(usage).toMatchObject({ requests: 4, toolCalls: 1 });
    expect(model.requests[1]?.messages.at(-1)?.parts).toMatchObject([
      { kind: 'retry-prompt', content: [{ path: 'count' }] },
    ]);
    expect(model.requests[2]?.messages.at(-1)?.parts).toMatchObject([
      { kind: 'retry-prompt', content: [{ message: expect.stringContaining('more') }] },
    ]);
  });
});

it('a parallel call that fails for good ends the run, and what the others returned is kept', async () => {
  const broken = tool('broken', {
    execute: () => sleep(300).then(() => Promise.reject(new Error('no power'))),
  });
  const model = scriptedModel([[{ tool: 'fine' }, { tool: 'broken' }]]);
  served = await serve([defineAgent({ name: 'caller', model, tools: [tool('fine'), broken] })]);
  const handle = await served.client.start('caller', 'Go.');
  await expect(handle.result()).rejects.toMatchObject({
    toolName: 'broken',
    usage: { toolCalls: 1 },
    messages: [{}, { state: 'interrupted' }, { parts: [{ toolName: 'fine', content: 'fine' }] }],
  });
  const events = await historyEvents(served.client, handle.id);
  expect(events.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});
