// Needs a real Temporal server. Each script is run twice: as one workflow run, and as one for every step.
import { randomUUID } from 'node:crypto';
import { defineAgent, defineTool, ModelRequestError, ModelRetry, ToolReturn } from 'perdure';
import { functionModel, type ScriptedCall } from 'perdure/testing';
import { z } from 'zod';
import { AT_EVERY_STEP, chainOf, NEVER } from '../support/chain';
import { anonymous, endOf, type Log, type Scene, toldTo, watched } from '../support/scene';
import { serve, type Served } from '../support/serve';

type Turns = readonly (
  string | readonly ScriptedCall[] | { text?: string; calls?: ScriptedCall[]; usage?: object }
)[];

/** Gives the answers one after the other, as the messages say which are given. */
function script(...turns: Turns) {
  return functionModel((messages) => {
    const given = messages.filter(({ kind }) => kind === 'response').length;
    return turns[given] ?? `Answer ${given}.`;
  });
}

const empty = z.object({});

/** Returns what it was called with; tells the log what it was told. */
const echo = (log: Log, more: object = {}) =>
  defineTool({
    name: 'echo',
    description: 'Echoes.',
    input: z.object({ text: z.string() }),
    execute: async ({ text }, context) => {
      log(await toldTo(context));
      return text;
    },
    ...more,
  });

const said = (text: string): ScriptedCall => ({ tool: 'echo', args: { text } });

/** Asks for another try as often as a number says, and then works. */
const moody = (log: Log, retries: number) =>
  defineTool({
    name: 'moody',
    description: 'Works when it likes to.',
    input: z.object({ until: z.number() }),
    retries,
    execute: ({ until }, { retry, maxRetries, lastAttempt, idempotencyKey }) => {
      log({ retry, maxRetries, lastAttempt, idempotencyKey });
      if (retry < until) throw new ModelRetry(`once more (${retry})`);
      return `at try ${retry}`;
    },
  });

const again = (until: number): ScriptedCall[] => [{ tool: 'moody', args: { until } }];

const scenes: Record<string, Scene & { readonly ends: object }> = {
  'tools of all kinds, side by side': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: watched(
          script(
            [said('one'), { tool: 'note' }, { tool: 'near' }, { tool: 'alone' }, { tool: 'nobody' }],
            [said('x'.repeat(10_000))],
          ),
          log,
        ),
        tools: [
          echo(log),
          defineTool({
            name: 'note',
            description: 'Notes.',
            input: empty,
            execute: () => new ToolReturn({ value: 'noted', content: 'Look at this.', metadata: { at: 7 } }),
          }),
          defineTool({
            name: 'near',
            description: 'Is near.',
            input: empty,
            local: true,
            execute: () => 'here',
          }),
          defineTool({
            name: 'alone',
            description: 'x',
            input: empty,
            sequential: true,
            execute: () => 'alone',
          }),
        ],
      }),
    ends: { output: 'Answer 2.', usage: { requests: 3, toolCalls: 5 } },
  },
  'a tool that is retried, works, and is retried again': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: script(again(2), again(2), again(2), again(1), again(1)),
        tools: [moody(log, 2)],
      }),
    ends: { output: 'Answer 5.', usage: { requests: 6, toolCalls: 2 } },
  },
  'a tool whose retries are used up': {
    agent: (log, base) =>
      defineAgent({ ...base, model: script(again(9), again(9), again(9), again(9)), tools: [moody(log, 2)] }),
    ends: { message: "Tool 'moody' exceeded max retries count of 2" },
  },
  'an output that is invalid at first': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: watched(
          script([said('a')], [{ tool: 'final_result', args: {} }], 'no call', [
            { tool: 'final_result', args: { word: 'end' } },
          ]),
          log,
        ),
        tools: [echo(log)],
        output: z.object({ word: z.string() }),
        retries: { output: 2 },
      }),
    ends: { output: { word: 'end' }, usage: { requests: 4 } },
  },
  'an output that stays invalid': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: script([said('a')], 'one', 'two', 'three'),
        tools: [echo(log)],
        output: z.object({ word: z.string() }),
        retries: { output: 2 },
      }),
    ends: { message: 'Exceeded maximum output retries (2)' },
  },
  'a limit on requests that is reached deep in the chain': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: script([said('a')], [said('b')], [said('c')], [said('d')]),
        tools: [echo(log)],
        usageLimits: { requestLimit: 3 },
      }),
    ends: {
      message: 'The next request would exceed the request_limit of 3',
      limit: 'request_limit',
      value: 4,
    },
  },
  'a limit on requests, and a final answer': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: watched(script([said('a')], [said('b')], 'In short.'), log),
        tools: [echo(log)],
        usageLimits: { requestLimit: 2 },
        onLimit: 'final-answer',
      }),
    ends: { output: 'In short.', limitReached: 'The next request would exceed the request_limit of 2' },
  },
  'a limit on tool calls, and a final answer': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: watched(script([said('a')], [said('b'), said('c')], 'In short.'), log),
        tools: [echo(log)],
        usageLimits: { toolCallsLimit: 2 },
        onLimit: 'final-answer',
      }),
    ends: { output: 'In short.', usage: { toolCalls: 1 } },
  },
  'a limit that a response breaks': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: script([said('a')], { calls: [said('b')], usage: { inputTokens: 500 } }),
        tools: [echo(log)],
        usageLimits: { inputTokensLimit: 400 },
      }),
    ends: { limit: 'input_tokens_limit', discardedResponse: { usage: { inputTokens: 500 } } },
  },
  'a limit that a response breaks, and no final answer': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: watched(
          functionModel((messages) => {
            const given = messages.filter(({ kind }) => kind === 'response').length;
            return given === 0 ? [said('a')] : { calls: [said('b')], usage: { inputTokens: 500 } };
          }),
          log,
        ),
        tools: [echo(log)],
        usageLimits: { inputTokensLimit: 400 },
        onLimit: 'final-answer',
      }),
    ends: { limit: 'input_tokens_limit', discardedResponse: { usage: { inputTokens: 500 } } },
  },
  'a tool that fails beside one that works': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: script([said('a')], [said('b'), { tool: 'broken' }]),
        tools: [
          echo(log),
          defineTool({
            name: 'broken',
            description: 'Fails.',
            input: empty,
            maximumAttempts: 1,
            execute: () => Promise.reject(new Error('no power')),
          }),
        ],
      }),
    ends: { message: "Tool 'broken' failed: no power", toolName: 'broken' },
  },
  'a model that fails for good': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: functionModel((messages) => {
          if (messages.length === 1) return [said('a')];
          throw new ModelRequestError('no such model', { model: 'function', status: 404, retryable: false });
        }),
        tools: [echo(log)],
      }),
    ends: { message: 'no such model', status: 404 },
  },
  'functions of the agent': {
    agent: (log, base) => {
      const told = ({ signal: _signal, ...context }: { signal: AbortSignal }): void => log(context);
      return defineAgent({
        ...base,
        model: script([said('a')], 'bad', 'good'),
        instructions: (context) => {
          told(context);
          return 'Be good.';
        },
        historyProcessors: [
          (messages, context) => {
            told(context);
            return messages;
          },
        ],
        outputValidators: [
          (output, context) => {
            told(context);
            if (output === 'bad') throw new ModelRetry('be good');
            return output;
          },
        ],
        deps: z.object({ user: z.string() }),
        tools: [echo(log)],
      });
    },
    options: {
      deps: { user: 'ada' },
      usage: { requests: 2, inputTokens: 40 },
      conversationId: 'a talk',
      metadata: { ticket: 7 },
      instructions: 'Be quick.',
    },
    ends: { output: 'good', usage: { requests: 5 }, conversationId: 'a talk', metadata: { ticket: 7 } },
  },
  'earlier messages, the last with calls that are still open': {
    agent: (log, base) =>
      defineAgent({ ...base, model: watched(script('', [said('b')]), log), tools: [echo(log)] }),
    prompt: undefined,
    options: {
      messageHistory: [
        { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Say it.' }] },
        {
          kind: 'response',
          parts: [{ kind: 'tool-call', toolName: 'echo', args: '{"text":"a"}', toolCallId: 'call' }],
          usage: {},
        },
      ],
    },
    ends: { output: 'Answer 2.', newMessages: { length: 4 } },
  },
  'earlier messages that are packed': {
    agent: (log, base) =>
      defineAgent({
        ...base,
        model: script([said('a')], 'Read.'),
        tools: [echo(log)],
      }),
    options: {
      messageHistory: [
        { kind: 'request', parts: [{ kind: 'user-prompt', content: randomUUID().repeat(9_000) }] },
      ],
    },
    ends: { output: 'Read.', newMessages: { length: 4 }, allMessages: { length: 5 } },
  },
};

type Kind = 'whole' | 'rolled';

const logs: Record<Kind, Record<string, unknown[]>> = { whole: {}, rolled: {} };
const servers: Partial<Record<Kind, Served>> = {};

const NAMES = Object.keys(scenes);
const nameOf = (title: string): string => `scene${NAMES.indexOf(title)}`;

async function serveScenes(kind: Kind): Promise<Served> {
  const agents = Object.entries(scenes).map(([title, { agent }]) => {
    const log = (logs[kind][title] = [] as unknown[]);
    const rollOver = kind === 'whole' ? NEVER : AT_EVERY_STEP;
    return agent((what) => log.push(what), { name: nameOf(title), rollOver });
  });
  return (servers[kind] = await serve(agents));
}

beforeAll(async () => {
  await Promise.all([serveScenes('whole'), serveScenes('rolled')]);
});

afterAll(async () => {
  await Promise.all(Object.values(servers).map(({ stop }) => stop()));
});

/** The end of a run, and what was seen on the way; in parallel things may be seen in any order. */
async function play(kind: Kind, title: string) {
  const { client } = servers[kind] ?? (await serveScenes(kind));
  const { prompt, options = {} } = { prompt: 'Go.', ...scenes[title] };
  const handle = await client.start(nameOf(title), prompt, options);
  const end = await endOf(handle);
  const log = anonymous(logs[kind][title] ?? [], handle.id).map((line) => JSON.stringify(line));
  return { end, log: log.toSorted(), chain: await chainOf(client, handle.id) };
}

describe('a run that goes on as another workflow run at every step is as if it had not:', () => {
  it.each(NAMES)('%s', async (title) => {
    const [whole, rolled] = await Promise.all([play('whole', title), play('rolled', title)]);
    expect(rolled.chain.length).toBeGreaterThan(2);
    expect(whole.chain).toHaveLength(1);
    expect(rolled.end).toEqual(whole.end);
    expect(rolled.log).toEqual(whole.log);
    expect(whole.end).toMatchObject({ end: scenes[title]?.ends });
  });
});
