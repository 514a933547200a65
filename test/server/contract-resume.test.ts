// Needs a real Temporal server.
import {
  defineAgent,
  defineTool,
  fromChatMessages,
  type ModelMessage,
  type UsageLimits,
  UserError,
} from 'perdure';
import { functionModel, scriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { timeline } from '../support/operator-page';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';
import { strict } from '../support/valid-history';

const tool = (name: string, execute: (args: object, context: { signal: AbortSignal }) => unknown) =>
  defineTool({ name, description: 'x', input: z.object({}), maximumAttempts: 1, execute });

const TOOLS = [
  tool('fine', () => 'ok'),
  tool('broken', () => Promise.reject(new Error('no power'))),
  tool(
    'endless',
    (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
  ),
];

const SAID = [
  { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Say hi.' }] },
  {
    kind: 'response',
    parts: [{ kind: 'tool-call', toolName: 'fine', args: '{}', toolCallId: 'a' }],
    usage: {},
  },
] as const;

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

describe('the messages of a run that ended without a result', () => {
  const calls = (...names: string[]) => names.map((name) => ({ tool: name }));

  async function continued(messages: readonly ModelMessage[]): Promise<readonly ModelMessage[]> {
    let sent: readonly ModelMessage[] = [];
    const model = strict(
      functionModel((seen) => {
        sent = seen;
        return 'Here we are.';
      }),
    );
    const { client, stop } = await serve([defineAgent({ name: 'heir', model, tools: TOOLS })]);
    const messageHistory = JSON.parse(JSON.stringify(messages)) as ModelMessage[];
    const result = await client.run('heir', 'And now?', { messageHistory });
    expect((await result.allMessages()).slice(0, messages.length)).toEqual(messages);
    expect(await result.newMessages()).toHaveLength(2);
    await stop();
    return sent;
  }

  it.each<[string, string[], object[]]>([
    ['its only call', ['broken'], [{ toolName: 'broken', outcome: 'interrupted' }]],
    [
      'one of several',
      ['fine', 'broken', 'endless'],
      [
        { toolName: 'fine', content: 'ok', outcome: 'success' },
        { toolName: 'broken', outcome: 'interrupted' },
        { toolName: 'endless', outcome: 'interrupted' },
      ],
    ],
  ])(
    'because of a tool, %s, can be continued: open calls are interrupted ones',
    async (_which, names, told) => {
      const model = scriptedModel([calls(...names)]);
      served = await serve([defineAgent({ name: 'first', model, tools: TOOLS })]);
      const error: unknown = await served.client.run('first', 'Go.').catch((thrown: unknown) => thrown);
      const sent = await continued((error as { messages: ModelMessage[] }).messages);
      const returns = sent.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-return'));
      expect(returns).toHaveLength(told.length);
      expect(returns).toEqual(
        expect.arrayContaining(told.map((one) => expect.objectContaining(one) as unknown)),
      );
      expect(sent.at(-1)?.parts.at(-1)).toEqual({ kind: 'user-prompt', content: 'And now?' });
    },
  );

  it('because it was cancelled in a tool, can be continued', async () => {
    const model = scriptedModel([calls('fine', 'endless')]);
    served = await serve([defineAgent({ name: 'first', model, tools: TOOLS })]);
    const { client } = served;
    const handle = await client.start('first', 'Go.');
    await until(async () => (await timeline(client, handle.id)).find(({ type }) => type === 'endless'));
    await handle.cancel();
    const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
    const sent = await continued((error as { messages: ModelMessage[] }).messages);
    expect(sent.at(-1)?.parts).toEqual(
      expect.arrayContaining([expect.objectContaining({ toolName: 'endless', outcome: 'interrupted' })]),
    );
  });

  it.each<[string, UsageLimits]>([
    ['before its tools ran', { toolCallsLimit: 0 }],
    ['after a response, which is set aside', { outputTokensLimit: 1 }],
    ['before a request', { requestLimit: 1 }],
  ])('because of a limit, %s, can be continued', async (_when, usageLimits) => {
    const model = functionModel(() => calls('fine'));
    served = await serve([defineAgent({ name: 'first', model, tools: TOOLS, usageLimits })]);
    const error: unknown = await served.client.run('first', 'Go.').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UsageLimitExceededError' });
    await continued((error as { messages: ModelMessage[] }).messages);
  });

  it('because its answers stayed invalid, can be continued', async () => {
    const model = functionModel(() => [{ tool: 'final_result', args: { word: 7 } }]);
    const agent = defineAgent({ name: 'first', model, output: z.object({ word: z.string() }) });
    served = await serve([agent]);
    const error: unknown = await served.client.run('first', 'Go.').catch((thrown: unknown) => thrown);
    const sent = await continued((error as { messages: ModelMessage[] }).messages);
    expect(sent.at(-1)?.parts.at(-1)).toEqual({ kind: 'user-prompt', content: 'And now?' });
  });
});

describe('a history that ends in a response', () => {
  it('with open calls has them carried out first, and takes no prompt beside them', async () => {
    const model = scriptedModel(['Heard it.']);
    served = await serve([defineAgent({ name: 'caller', model: strict(model), tools: TOOLS })]);
    const { client } = served;
    const result = await client.run('caller', undefined, { messageHistory: SAID });
    expect(result).toMatchObject({ output: 'Heard it.', usage: { requests: 1, toolCalls: 1 } });
    expect(await result.newMessages()).toHaveLength(2);
    const prompted = client.run('caller', 'More.', { messageHistory: SAID });
    await expect(prompted).rejects.toThrow(UserError);
    await expect(prompted).rejects.toThrow(/unprocessed tool calls/);
  });

  it('that is an answer is the result, without a request', async () => {
    const model = scriptedModel([]);
    served = await serve([defineAgent({ name: 'done', model })]);
    const messageHistory = [
      SAID[0],
      { kind: 'response', parts: [{ kind: 'text', content: 'Hi.' }], usage: {}, finishReason: 'stop' },
    ] as const;
    const result = await served.client.run('done', undefined, { messageHistory });
    expect(result).toMatchObject({ output: 'Hi.', usage: { requests: 0 }, finishReason: 'stop' });
    expect(await result.newMessages()).toEqual([]);
    expect(await result.allMessages()).toEqual(messageHistory);
    expect(await result.response()).toEqual(messageHistory[1]);
  });
});

describe('a history that ends in a request', () => {
  it('is sent again as it is, without a prompt, and that request is none of the new messages', async () => {
    const model = scriptedModel(['Hi.']);
    served = await serve([defineAgent({ name: 'resender', model: strict(model) })]);
    const result = await served.client.run('resender', undefined, { messageHistory: SAID.slice(0, 1) });
    expect(model.requests[0]?.messages).toEqual(SAID.slice(0, 1));
    expect(await result.newMessages()).toHaveLength(1);
  });
});

describe('a history that nothing can be made of is refused before a request:', () => {
  const called = (count: number, toolCallId = 'a'): ModelMessage => ({
    kind: 'response',
    parts: Array.from({ length: count }, (_, index) => ({
      kind: 'tool-call',
      toolName: 'fine',
      args: '{}',
      toolCallId: `${toolCallId}${index}`,
    })),
    usage: {},
  });

  it.each<[string, ModelMessage[], RegExp]>([
    [
      'one whose last request only answers calls that nobody made',
      [
        {
          kind: 'request',
          parts: [{ kind: 'tool-return', toolName: 'fine', toolCallId: 'a', content: 1, outcome: 'success' }],
        },
      ],
      /only answers calls that no message before it makes/,
    ],
    ['one with more open calls than a step carries out', [called(2_500)], /has 2500 tool calls; at most 256/],
    ['one with an endless id', [called(1, 'x'.repeat(1_000_000))], /ids of up to 128 characters/],
  ])('%s', async (_what, messageHistory, message) => {
    served = await serve([defineAgent({ name: 'heir', model: scriptedModel([]), tools: TOOLS })]);
    const refused = served.client.run('heir', undefined, { messageHistory });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(message);
  });
});

it('messages of the Chat Completions API can be continued', async () => {
  const model = scriptedModel(['Three.']);
  served = await serve([defineAgent({ name: 'heir', model: strict(model), tools: TOOLS })]);
  const messageHistory = fromChatMessages([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'One and two?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'add', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: '3' },
  ]);
  const result = await served.client.run('heir', 'Well?', { messageHistory });
  expect(result.output).toBe('Three.');
  expect((await result.allMessages()).slice(0, 3)).toEqual(messageHistory);
});
