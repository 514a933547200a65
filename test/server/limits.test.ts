// Needs a real Temporal server.
import {
  type Agent,
  defineAgent,
  defineTool,
  HookExecutionError,
  type ModelResponse,
  NO_USAGE,
  type Usage,
  UnexpectedModelBehaviorError,
  type UsageLimits,
  UsageLimitExceededError,
  UserError,
} from 'perdure';
import type { RunResult } from 'perdure/client';
import { functionModel, scriptedModel, type ScriptedModel, type ScriptEntry } from 'perdure/testing';
import type { CreateWorkerOptions } from 'perdure/worker';
import { z } from 'zod';
import { serve, type Served } from '../support/serve';

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

/** Runs an agent once, on a worker of its own. */
async function run(
  agent: Agent,
  options: { prompt?: string; worker?: Partial<CreateWorkerOptions> } & Record<string, unknown> = {},
): Promise<RunResult> {
  const { prompt = 'Go.', worker, ...more } = options;
  served = await serve([agent], worker);
  return served.client.run(agent, prompt, more);
}

function failureOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => new Error('the run did not fail'),
    (error: unknown) => error,
  );
}

const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks something up.',
  input: z.object({ word: z.string() }),
  execute: ({ word }) => `about ${word}`,
});

const CALL = { tool: 'look_up', args: { word: 'limits' } };

describe('usage limits are exact to the token', () => {
  /** In sum 2 requests, 1 tool call, 230 input tokens, 30 output tokens. */
  const script: ScriptEntry[] = [
    { calls: [CALL], usage: { inputTokens: 100, outputTokens: 20 } },
    { text: 'Done.', usage: { inputTokens: 130, outputTokens: 10 } },
  ];
  const SPENT = {
    ...NO_USAGE,
    requests: 2,
    toolCalls: 1,
    inputTokens: 230,
    outputTokens: 30,
    totalTokens: 260,
  };
  const FIRST = { requests: 1, toolCalls: 0, inputTokens: 100, outputTokens: 20, totalTokens: 120 };

  const agentWith = (model: ScriptedModel, usageLimits: UsageLimits = {}): Agent =>
    defineAgent({ name: 'limited', model, tools: [lookUp], usageLimits });

  it.each<UsageLimits>([
    { requestLimit: 2 },
    { toolCallsLimit: 1 },
    { inputTokensLimit: 230 },
    { outputTokensLimit: 30 },
    { totalTokensLimit: 260 },
  ])('%j, which is just reached, ends nothing', async (usageLimits) => {
    const model = scriptedModel(script);
    const result = await run(agentWith(model, usageLimits));
    expect(result.output).toBe('Done.');
    expect(result.usage).toEqual(SPENT);
    model.assertFinished();
  });

  it.each<{
    limits: UsageLimits;
    limit: string;
    value: number;
    message: string;
    usage: Partial<Usage>;
    messages: number;
    discarded?: string;
    requests: number;
  }>([
    {
      limits: { requestLimit: 1 },
      limit: 'request_limit',
      value: 2,
      message: 'The next request would exceed the request_limit of 1',
      usage: { ...FIRST, toolCalls: 1 },
      messages: 3,
      requests: 1,
    },
    {
      limits: { toolCallsLimit: 0 },
      limit: 'tool_calls_limit',
      value: 1,
      message: 'The next tool call(s) would exceed the tool_calls_limit of 0 (tool_calls=1)',
      usage: FIRST,
      messages: 2,
      requests: 1,
    },
    {
      limits: { inputTokensLimit: 229 },
      limit: 'input_tokens_limit',
      value: 230,
      message: 'Exceeded the input_tokens_limit of 229 (input_tokens=230)',
      usage: SPENT,
      messages: 3,
      discarded: 'Done.',
      requests: 2,
    },
    {
      limits: { outputTokensLimit: 29 },
      limit: 'output_tokens_limit',
      value: 30,
      message: 'Exceeded the output_tokens_limit of 29 (output_tokens=30)',
      usage: SPENT,
      messages: 3,
      discarded: 'Done.',
      requests: 2,
    },
    {
      limits: { totalTokensLimit: 259 },
      limit: 'total_tokens_limit',
      value: 260,
      message: 'Exceeded the total_tokens_limit of 259 (total_tokens=260)',
      usage: SPENT,
      messages: 3,
      discarded: 'Done.',
      requests: 2,
    },
  ])(
    '$limits, one less than needed, ends the run',
    async ({ limits, usage, messages, discarded, requests, ...fields }) => {
      const model = scriptedModel(script);
      const error = await failureOf(run(agentWith(model), { usageLimits: limits }));
      expect(error).toBeInstanceOf(UsageLimitExceededError);
      expect(error).toMatchObject({ ...fields, usage });
      const { messages: said, discardedResponse } = error as UsageLimitExceededError; // as was just expected
      expect(said).toHaveLength(messages);
      expect(discardedResponse && textOf(discardedResponse)).toBe(discarded);
      expect(model.requests).toHaveLength(requests);
    },
  );

  it('counts what was spent before the run, and returns the sum', async () => {
    const usage = { requests: 3, toolCalls: 4, inputTokens: 1_000, cost: 0.5, details: { images: 2 } };
    const limits = { requestLimit: 5, toolCallsLimit: 5, inputTokensLimit: 1_230, totalTokensLimit: 1_260 };
    const result = await run(agentWith(scriptedModel(script), limits), { usage });
    expect(result.usage).toEqual({
      ...SPENT,
      requests: 5,
      toolCalls: 5,
      inputTokens: 1_230,
      totalTokens: 1_260,
      cost: 0.5,
      details: { images: 2 },
    });
  });

  it.each<{ limits: UsageLimits; message: string }>([
    {
      limits: { inputTokensLimit: 999 },
      message: 'The next request would exceed the input_tokens_limit of 999 (input_tokens=1000)',
    },
    {
      limits: { totalTokensLimit: 999 },
      message: 'The next request would exceed the total_tokens_limit of 999 (total_tokens=1000)',
    },
    { limits: { requestLimit: 3 }, message: 'The next request would exceed the request_limit of 3' },
  ])('$limits, spent before the run, lets no request out', async ({ limits, message }) => {
    const model = scriptedModel(script);
    const usage = { requests: 3, inputTokens: 1_000 };
    const error = await failureOf(run(agentWith(model), { usage, usageLimits: limits }));
    expect(error).toBeInstanceOf(UsageLimitExceededError);
    expect(error).toMatchObject({
      message,
      usage: { ...usage, totalTokens: 1_000 },
      discardedResponse: undefined,
    });
    expect(error).toMatchObject({ messages: [{ kind: 'request' }] });
    expect(model.requests).toEqual([]);
  });

  it("takes each limit of the run over the agent's, and leaves the others", async () => {
    const agent = agentWith(scriptedModel(script), { requestLimit: 1, outputTokensLimit: 29 });
    const error = await failureOf(run(agent, { usageLimits: { requestLimit: 2 } }));
    expect(error).toMatchObject({ limit: 'output_tokens_limit', value: 30 });
  });

  it('allows 50 requests when nobody says otherwise, and any number with null', async () => {
    const steps = (count: number): Agent =>
      defineAgent({
        name: 'walker',
        model: functionModel((messages) => (messages.length / 2 < count ? [CALL] : 'Done.')),
        tools: [lookUp],
      });
    expect(await failureOf(run(steps(51)))).toMatchObject({
      message: 'The next request would exceed the request_limit of 50',
      limit: 'request_limit',
      value: 51,
      usage: { requests: 50, toolCalls: 50 },
    });
    await served?.stop();
    expect(await run(steps(51), { usageLimits: { requestLimit: null } })).toMatchObject({
      output: 'Done.',
      usage: { requests: 52 },
    });
  });
});

describe('parallel tool calls', () => {
  it('overlap: two tools that wait for each other both end, and their results keep the order of the calls', async () => {
    const [left, right] = [gate(), gate()];
    const meet = (name: string, arrive: () => void, other: Promise<void>) =>
      defineTool({
        name,
        description: 'Meets the other one.',
        input: z.object({}),
        execute: async () => {
          arrive();
          await other;
          return `${name} has met`;
        },
      });
    const model = scriptedModel([[{ tool: 'left' }, { tool: 'right' }], 'Met.']);
    const tools = [meet('left', left.open, right.opened), meet('right', right.open, left.opened)];
    const result = await run(defineAgent({ name: 'meeting', model, tools }));
    expect(result.output).toBe('Met.');
    expect(contentsOf(model, 1)).toEqual(['left has met', 'right has met']);
  });

  it('keep their order when the first one is the last to end', async () => {
    const last = gate();
    let ended = 0;
    const rank = defineTool({
      name: 'rank',
      description: 'Ends in turn.',
      input: z.object({ place: z.number() }),
      execute: async ({ place }) => {
        if (place === 1) await last.opened;
        else if (++ended === 3) last.open();
        return place;
      },
    });
    const calls = [1, 2, 3, 4].map((place) => ({ tool: 'rank', args: { place } }));
    const model = scriptedModel([calls, 'Ranked.']);
    const result = await run(defineAgent({ name: 'ranking', model, tools: [rank] }));
    expect(contentsOf(model, 1)).toEqual([1, 2, 3, 4]);
    expect(result.usage.toolCalls).toBe(4);
  });
});

/** A promise, and what fulfils it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('a structured output', () => {
  const finalResult = (args: object | string): ScriptEntry => [
    { tool: 'final_result', args: typeof args === 'string' ? args : JSON.stringify(args) },
  ];

  it.each([
    {
      shape: 'an object',
      output: z.object({ word: z.string() }),
      written: { word: 'yes' },
      value: { word: 'yes' },
    },
    { shape: 'an array', output: z.array(z.number()), written: { response: [1, 2] }, value: [1, 2] },
    { shape: 'a number', output: z.number(), written: { response: 42 }, value: 42 },
    { shape: 'null', output: z.null(), written: { response: null }, value: null },
    {
      shape: 'what a transform makes of it',
      output: z.object({ day: z.string() }).transform(({ day }) => ({ day: new Date(day) })),
      written: { day: '2026-01-01' },
      value: { day: '2026-01-01T00:00:00.000Z' },
    },
  ])('may be $shape', async ({ output, written, value }) => {
    const model = scriptedModel([finalResult(written)]);
    const result = await run(defineAgent({ name: 'structured', model, output }));
    expect(result.output).toEqual(value);
    const { outputTools, allowTextOutput } = model.requests[0]?.parameters ?? {};
    expect(outputTools).toEqual([
      expect.objectContaining({
        name: 'final_result',
        parameters: expect.objectContaining({ type: 'object' }) as unknown,
      }),
    ]);
    expect(allowTextOutput).toBe(false);
    expect((await result.allMessages()).at(-1)?.parts).toMatchObject([
      { content: 'Final result processed.' },
    ]);
  });

  it('may come as text, when that is the JSON asked for', async () => {
    const output = z.array(z.number());
    const agent = defineAgent({ name: 'structured', model: scriptedModel(['{"response": [1, 2]}']), output });
    expect((await run(agent)).output).toEqual([1, 2]);
  });

  const output = z.object({ word: z.string() });

  it('that is invalid is asked for again, with what was wrong', async () => {
    const model = scriptedModel([finalResult({ word: 1 }), finalResult({ word: 'yes' })]);
    const result = await run(defineAgent({ name: 'structured', model, output }));
    expect(result.output).toEqual({ word: 'yes' });
    expect(model.requests[1]?.messages.at(-1)?.parts).toMatchObject([
      { kind: 'retry-prompt', toolName: 'final_result', content: [{ path: 'word' }] },
    ]);
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 0 });
  });

  it.each([
    { name: 'by its shape', last: finalResult({ word: 1 }) },
    { name: 'by being no JSON', last: finalResult('no JSON') },
    { name: 'by being a text', last: 'Just text.' },
  ])('that stays invalid, at last $name, ends the run', async ({ last }) => {
    const model = scriptedModel([finalResult({ word: 1 }), last]);
    const error = await failureOf(run(defineAgent({ name: 'structured', model, output })));
    expect(error).toBeInstanceOf(UnexpectedModelBehaviorError);
    expect(error).toMatchObject({ message: 'Exceeded maximum output retries (1)', usage: { requests: 2 } });
    model.assertFinished();
  });
});

describe('a schema whose code throws', () => {
  it('ends the run with its name, and no second response is paid for', async () => {
    const output = z.string().transform((): string => {
      throw new TypeError('no such thing');
    });
    const model = scriptedModel([[{ tool: 'final_result', args: { response: 'x' } }]]);
    const error = await failureOf(run(defineAgent({ name: 'structured', model, output })));
    expect(error).toBeInstanceOf(HookExecutionError);
    expect(error).toMatchObject({
      hookName: "output of agent 'structured'",
      message: "output of agent 'structured' threw: no such thing",
    });
    expect(model.requests).toHaveLength(1);
  });
});

describe('a tool that does not exist', () => {
  it('is answered with the names of those that do', async () => {
    const model = scriptedModel([[{ tool: 'guess' }], 'Sorry.']);
    const result = await run(defineAgent({ name: 'guesser', model, tools: [lookUp] }));
    expect(contentsOf(model, 1)).toEqual(["Unknown tool name: 'guess'. Available tools: 'look_up'"]);
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 0 });
  });

  it('ends the run when the model insists', async () => {
    const model = scriptedModel([[{ tool: 'guess' }], [{ tool: 'guess' }]]);
    const error = await failureOf(run(defineAgent({ name: 'guesser', model, tools: [lookUp] })));
    expect(error).toBeInstanceOf(UnexpectedModelBehaviorError);
    expect(error).toMatchObject({ message: "Tool 'guess' exceeded max retries count of 1" });
  });
});

describe('what a model is told', () => {
  it('are the settings of model, agent and run, the later ones first', async () => {
    const scripted = scriptedModel(['Done.']);
    const model = { ...scripted, settings: { temperature: 0.1, topP: 0.1, seed: 1 } };
    const agent = defineAgent({ name: 'tuned', model, modelSettings: { topP: 0.2, seed: 2, maxTokens: 2 } });
    await run(agent, { modelSettings: { seed: 3, user: 'me' } });
    expect(scripted.requests[0]?.parameters.settings).toEqual({
      temperature: 0.1,
      topP: 0.2,
      seed: 3,
      maxTokens: 2,
      user: 'me',
    });
  });

  it("are the agent's instructions and the run's, with each request", async () => {
    const model = scriptedModel([[CALL], 'Done.']);
    const agent = defineAgent({ name: 'instructed', model, tools: [lookUp], instructions: 'Be brief.' });
    await run(agent, { instructions: 'Be kind.' });
    expect(model.requests.map(({ parameters }) => parameters.instructions)).toEqual([
      'Be brief.\n\nBe kind.',
      'Be brief.\n\nBe kind.',
    ]);
  });

  it('is nothing more than there is', async () => {
    const model = scriptedModel(['Done.']);
    await run(defineAgent({ name: 'plain', model }));
    const { signal, ...parameters } = model.requests[0]?.parameters ?? {};
    expect(signal).toBeDefined();
    expect(parameters).toEqual({
      settings: {},
      tools: [],
      outputTools: [],
      builtinTools: [],
      allowTextOutput: true,
    });
  });
});

describe('the model of a run', () => {
  const usual = scriptedModel([], { name: 'usual' });
  const agent = defineAgent({ name: 'chooser', model: usual });

  it("may be another than the agent's, by the name the worker was given", async () => {
    const other = scriptedModel(['From the other one.'], { name: 'other' });
    const result = await run(agent, { model: 'other', worker: { models: { other } } });
    expect(result.output).toBe('From the other one.');
    expect((await result.allMessages()).at(-1)).toMatchObject({ modelName: 'other' });
    expect(usual.requests).toEqual([]);
  });

  it('must be known to the worker', async () => {
    const error = await failureOf(run(agent, { model: 'nobody:knows' }));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^agent 'chooser': unknown model 'nobody:knows'/) as unknown,
    });
    expect(usual.requests).toEqual([]);
  });
});

describe('deps', () => {
  const deps = z.object({ user: z.string(), since: z.coerce.date() });

  it('reach tools as the schema of the agent makes them', async () => {
    const seen: unknown[] = [];
    const whoAmI = defineTool({
      name: 'who_am_i',
      description: 'Tells who asks.',
      input: z.object({}),
      deps,
      execute: (_, context) => void seen.push(context.deps),
    });
    const model = scriptedModel([[{ tool: 'who_am_i' }], 'You.']);
    const agent = defineAgent({ name: 'knower', model, tools: [whoAmI], deps });
    await run(agent, { deps: { user: 'Ada', since: '2026-01-01' } });
    expect(seen).toEqual([{ user: 'Ada', since: new Date('2026-01-01') }]);
  });

  it('that do not fit end the run before a model is asked, and name the field', async () => {
    const model = scriptedModel([]);
    const agent = defineAgent({ name: 'knower', model, deps });
    const error = await failureOf(run(agent, { deps: { user: 7, since: '2026-01-01' } }));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: expect.stringMatching(/deps\.user: /) as unknown });
  });
});

describe('two agents on one worker', () => {
  it('each have the tool of that name that is theirs', async () => {
    const agentWithTool = (name: string): Agent =>
      defineAgent({
        name,
        model: functionModel((messages) =>
          messages.length === 1 ? [{ tool: 'greet' }] : lastContent(messages),
        ),
        tools: [
          defineTool({
            name: 'greet',
            description: 'Greets.',
            input: z.object({}),
            execute: () => `Hello from ${name}`,
          }),
        ],
      });
    served = await serve([agentWithTool('north'), agentWithTool('south')]);
    const { client } = served;
    const results = await Promise.all(
      ['north', 'south', 'north'].map((name) => client.run(name, 'Greet me.')),
    );
    expect(results.map(({ output }) => output)).toEqual([
      'Hello from north',
      'Hello from south',
      'Hello from north',
    ]);
  });
});

type Messages = ScriptedModel['requests'][number]['messages'];

function lastContent(messages: Messages): string {
  const part = messages.at(-1)?.parts[0];
  return part?.kind === 'tool-return' ? String(part.content) : '';
}

/** What the last message of a request says, part by part. */
function contentsOf({ requests }: ScriptedModel, request: number): unknown[] {
  return (requests[request]?.messages.at(-1)?.parts ?? []).map((part) =>
    'content' in part ? part.content : undefined,
  );
}

function textOf({ parts }: ModelResponse): string {
  return parts.map((part) => (part.kind === 'text' ? part.content : '')).join('');
}
