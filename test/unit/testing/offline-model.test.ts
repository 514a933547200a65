import { z } from 'zod';
import type { JsonObject } from '../../../src/common/json';
import { toJsonSchema } from '../../../src/common/json-schema';
import {
  type ModelMessage,
  type ModelResponse,
  type RetryPromptPart,
  textOf,
  toolCallsOf,
  type ToolReturnPart,
} from '../../../src/common/messages';
import type { ModelRequestParameters, ToolDescription } from '../../../src/common/model';
import { offlineModel } from '../../../src/testing';
import { asked, requestParameters } from '../../support/model-request';

function tool(name: string, input: z.ZodType): ToolDescription {
  return { name, description: `The tool ${name}.`, parameters: toJsonSchema(input, name) };
}

const withOutput = (output: z.ZodType): Partial<ModelRequestParameters> => ({
  outputTools: [tool('final_result', output)],
  allowTextOutput: false,
});

function answer(
  messages: readonly ModelMessage[],
  parameters: Partial<ModelRequestParameters> = {},
): Promise<ModelResponse> {
  return offlineModel().request(messages, requestParameters(parameters));
}

/** Calls as `name` and parsed arguments. */
function callsOf(response: ModelResponse): [string, JsonObject][] {
  return toolCallsOf(response).map(({ toolName, args }) => [
    toolName,
    JSON.parse(String(args)) as JsonObject,
  ]); // written by the model above
}

/** The arguments of the one call that is made for a prompt. */
async function argumentsFor(prompt: string, input: z.ZodType): Promise<JsonObject | undefined> {
  return callsOf(await answer(asked(prompt), { tools: [tool('some_tool', input)] }))[0]?.[1];
}

/** A transcript in which the tools called last returned something, in order. */
function returned(
  messages: readonly ModelMessage[],
  response: ModelResponse,
  contents: readonly ToolReturnPart['content'][],
): ModelMessage[] {
  const parts = toolCallsOf(response).map(({ toolName, toolCallId }, index): ToolReturnPart => ({
    kind: 'tool-return',
    toolName,
    toolCallId,
    content: contents[index] ?? null,
    outcome: 'success',
  }));
  return [...messages, response, { kind: 'request', parts }];
}

/** A transcript in which the last call was sent back. */
function sentBack(
  messages: readonly ModelMessage[],
  response: ModelResponse,
  content: RetryPromptPart['content'],
): ModelMessage[] {
  const parts = toolCallsOf(response).map(({ toolName, toolCallId }): RetryPromptPart => ({
    kind: 'retry-prompt',
    toolName,
    toolCallId,
    content,
  }));
  return [...messages, response, { kind: 'request', parts }];
}

describe('the arguments of the offline model', () => {
  it.each([
    [
      'numbers, in their order',
      'What is 17 + 25.5?',
      z.object({ left: z.number(), right: z.number() }),
      { left: 17, right: 25.5 },
    ],
    [
      'numbers by the word beside them',
      'A room for 2 guests, 3 nights',
      z.object({ nights: z.int(), guests: z.int() }),
      { nights: 3, guests: 2 },
    ],
    [
      'ids by the word before them',
      'Where is order #A-1042?',
      z.object({ orderNumber: z.string() }),
      { orderNumber: 'A-1042' },
    ],
    [
      'places',
      'What is the weather in New York today?',
      z.object({ city: z.string() }),
      { city: 'New York' },
    ],
    [
      'origin and destination',
      'A train to Rome from Oslo, please',
      z.object({ from: z.string(), to: z.string() }),
      { from: 'Oslo', to: 'Rome' },
    ],
    [
      'two places one after the other',
      'How far is it between Oslo and Rome?',
      z.object({ firstCity: z.string(), secondCity: z.string() }),
      { firstCity: 'Oslo', secondCity: 'Rome' },
    ],
    [
      'quoted texts',
      'Search for "durable agents" please',
      z.object({ query: z.string() }),
      { query: 'durable agents' },
    ],
    [
      'the whole prompt, for a free text',
      'What changed yesterday?',
      z.object({ question: z.string() }),
      { question: 'What changed yesterday?' },
    ],
    [
      'dates and mail addresses',
      'Write to jo@example.com on 2026-05-01.',
      z.object({ day: z.iso.date(), recipient: z.email() }),
      { day: '2026-05-01', recipient: 'jo@example.com' },
    ],
    [
      'a choice that is mentioned',
      'Tell me in Fahrenheit',
      z.object({ unit: z.enum(['celsius', 'fahrenheit']) }),
      { unit: 'fahrenheit' },
    ],
    [
      'or else the first one',
      'How warm is it?',
      z.object({ unit: z.enum(['celsius', 'fahrenheit']) }),
      { unit: 'celsius' },
    ],
    [
      'what is said to be wanted',
      'Send it, with gift wrap',
      z.object({ giftWrap: z.boolean(), insured: z.boolean() }),
      { giftWrap: true, insured: false },
    ],
    [
      'not what is said to be unwanted',
      'Send it without gift wrap',
      z.object({ giftWrap: z.boolean() }),
      { giftWrap: false },
    ],
    [
      'lists of all that is there',
      'Compare Oslo, Rome and Lima; thanks',
      z.object({ cities: z.array(z.string()) }),
      { cities: ['Oslo', 'Rome', 'Lima'] },
    ],
    [
      'objects inside',
      'A table for 4 people in Rome',
      z.object({ booking: z.object({ city: z.string(), people: z.int() }) }),
      { booking: { city: 'Rome', people: 4 } },
    ],
  ])('are %s', async (_what, prompt, input, expected) => {
    expect(await argumentsFor(prompt, input)).toEqual(expected);
  });

  it('leave out what is optional and not mentioned', async () => {
    const input = z.object({
      city: z.string(),
      unit: z.enum(['celsius', 'fahrenheit']).optional(),
      days: z.int().optional(),
      verbose: z.boolean().optional(),
    });

    expect(await argumentsFor('What is the weather in Rome?', input)).toEqual({ city: 'Rome' });
    expect(await argumentsFor('The weather in Rome for 3 days in Fahrenheit?', input)).toEqual({
      city: 'Rome',
      unit: 'fahrenheit',
      days: 3,
    });
  });

  const node = z.object({
    name: z.string(),
    get children() {
      return z.array(node);
    },
  });

  it.each([
    ['bounds of numbers', z.object({ count: z.int().min(5).max(9), share: z.number().gt(0).lt(1) })],
    ['steps of numbers', z.object({ minutes: z.int().multipleOf(15).min(20) })],
    ['lengths of texts', z.object({ code: z.string().length(3), note: z.string().min(40).max(50) })],
    ['patterns that the prompt can meet', z.object({ flight: z.string().regex(/^[A-Z]{2}\d+$/) })],
    [
      'formats',
      z.object({ day: z.iso.date(), at: z.iso.datetime(), mail: z.email(), link: z.url(), id: z.uuid() }),
    ],
    [
      'constants and unions',
      z.object({ kind: z.literal('a'), value: z.union([z.number(), z.string()]), none: z.null() }),
    ],
    [
      'tagged unions',
      z.object({
        shape: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('dot') }),
          z.object({ kind: z.literal('line'), length: z.number() }),
        ]),
      }),
    ],
    ['nullable values', z.object({ city: z.string().nullable(), days: z.int().nullable() })],
    [
      'least numbers of items',
      z.object({ scores: z.array(z.number()).min(3), pair: z.tuple([z.string(), z.number()]) }),
    ],
    ['records and anything', z.object({ labels: z.record(z.string(), z.string()), extra: z.unknown() })],
    [
      'intersections',
      z.object({ both: z.intersection(z.object({ city: z.string() }), z.object({ days: z.int() })) }),
    ],
    ['schemas that contain themselves', z.object({ root: node })],
  ])('obey %s', async (_what, input) => {
    const args = await argumentsFor('Book flight LH400 to Rome for 2 people', input);

    expect(input.safeParse(args)).toMatchObject({ success: true });
  });
});

describe('the offline model', () => {
  const weather = tool('weather', z.object({ city: z.string() }));
  const distance = tool('distance', z.object({ from: z.string(), to: z.string() }));
  const findOrder = tool('find_order', z.object({ orderNumber: z.string() }));
  const trackParcel = tool('track_parcel', z.object({ parcelCode: z.string() }));

  it('calls all tools for which the prompt says enough in one response, each once', async () => {
    const prompt = asked('How is the weather in Rome, and how far is it from Oslo?');
    const tools = [weather, distance];

    const first = await answer(prompt, { tools });
    const second = await answer(returned(prompt, first, [{ sky: 'blue' }, 2_000]), { tools });

    expect(callsOf(first)).toEqual([
      ['weather', { city: 'Rome' }],
      ['distance', { from: 'Oslo', to: 'Rome' }],
    ]);
    expect(first.finishReason).toBe('tool_call');
    expect(toolCallsOf(second)).toEqual([]);
  });

  it('waits with a tool until another one returned what it needs', async () => {
    const prompt = asked('Where is order 1042?');
    const tools = [trackParcel, findOrder];

    const first = await answer(prompt, { tools });
    const second = await answer(returned(prompt, first, [{ parcel: { code: 'P-7' } }]), { tools });

    expect(callsOf(first)).toEqual([['find_order', { orderNumber: '1042' }]]);
    expect(callsOf(second)).toEqual([['track_parcel', { parcelCode: 'P-7' }]]);
  });

  it('calls a tool with the best that there is when nothing says more', async () => {
    const response = await answer(asked('hello'), { tools: [trackParcel, findOrder] });

    expect(callsOf(response)).toEqual([['track_parcel', { parcelCode: 'hello' }]]);
  });

  it('makes one call at a time when parallel calls are switched off, and none when tools are', async () => {
    const prompt = asked('How is the weather in Rome, and how far is it from Oslo?');
    const tools = [weather, distance];

    expect(toolCallsOf(await answer(prompt, { tools, settings: { parallelToolCalls: false } }))).toHaveLength(
      1,
    );
    expect(toolCallsOf(await answer(prompt, { tools, settings: { toolChoice: 'none' } }))).toHaveLength(0);
  });

  it('says in its text what the tools returned', async () => {
    const prompt = asked('How is the weather in Rome?');
    const first = await answer(prompt, { tools: [weather] });
    const last = await answer(returned(prompt, first, [{ sky: 'blue', degreesCelsius: 24, rain: false }]), {
      tools: [weather],
    });

    expect(textOf(last)).toBe('Weather: sky blue, degrees celsius 24, rain no.');
    expect(last.finishReason).toBe('stop');
  });

  it('says what it is when there is no tool to ask', async () => {
    expect(textOf(await answer(asked('Who are you?')))).toMatch(/^This is the offline model.*Who are you\?$/);
  });

  it('fills a structured answer with what the tools returned', async () => {
    const prompt = asked('Where is order 1042?');
    const output = z.object({
      summary: z.string(),
      daysLeft: z.int(),
      delivered: z.boolean(),
      place: z.string(),
      status: z.enum(['unknown', 'on its way', 'lost']),
      remark: z.string().optional(),
    });
    const parameters = { tools: [findOrder], ...withOutput(output) };
    const found = { days_left: 2, delivered: true, place: 'Hamburg', status: 'on its way' };

    const first = await answer(prompt, parameters);
    const last = await answer(returned(prompt, first, [found]), parameters);

    expect(callsOf(last)).toEqual([
      [
        'final_result',
        {
          summary: 'Find order: days left 2, delivered yes, place Hamburg, status on its way.',
          daysLeft: 2,
          delivered: true,
          place: 'Hamburg',
          status: 'on its way',
        },
      ],
    ]);
  });

  it('gives a valid structured answer also when no tool returned anything', async () => {
    const output = z.object({
      answer: z.string().max(30),
      total: z.int().min(1),
      items: z.array(z.string()),
    });
    const [call] = callsOf(await answer(asked('Anything new?'), withOutput(output)));

    expect(output.safeParse(call?.[1])).toMatchObject({ success: true });
  });

  it('takes another value, once, when a tool sends a call back', async () => {
    const prompt = asked('How is the weather in Rome?');
    const tools = [weather];

    const first = await answer(prompt, { tools });
    const refused = sentBack(prompt, first, "There is no city 'Rome', only 'Lima'.");
    const second = await answer(refused, { tools });
    const third = await answer(sentBack(refused, second, 'No.'), { tools });

    expect(callsOf(second)).toEqual([['weather', { city: 'Lima' }]]);
    expect(toolCallsOf(third)).toEqual([]);
  });

  it('fills in what was missing when its structured answer is sent back', async () => {
    const output = z.object({ answer: z.string(), remark: z.string().optional() });
    const prompt = asked('Anything new?');

    const first = await answer(prompt, withOutput(output));
    const second = await answer(
      sentBack(prompt, first, [{ path: 'remark', message: 'is missing' }]),
      withOutput(output),
    );

    expect(callsOf(first)[0]?.[1]).not.toHaveProperty('remark');
    expect(callsOf(second)[0]?.[1]).toHaveProperty('remark');
  });

  it('starts afresh with each thing that the user says', async () => {
    const prompt = asked('How is the weather in Rome?');
    const first = await answer(prompt, { tools: [weather] });
    const next = [...returned(prompt, first, ['fine']), ...asked('And in Lima?')];

    expect(callsOf(await answer(next, { tools: [weather] }))).toEqual([['weather', { city: 'Lima' }]]);
  });

  it('gives the same answer to the same messages', async () => {
    const prompt = asked('How is the weather in Rome?');

    expect(await answer(prompt, { tools: [weather] })).toEqual(await answer(prompt, { tools: [weather] }));
  });

  it('counts about one token for four characters', async () => {
    const short = await answer(asked('Hi'));
    const long = await answer(asked('x'.repeat(4_000)));

    expect(Number(long.usage.inputTokens) - Number(short.usage.inputTokens)).toBe(1_000);
    expect(short.usage.outputTokens).toBeGreaterThan(10);
  });

  it('tells of each request before it takes its time', async () => {
    const requests: number[] = [];
    const model = offlineModel({ delay: 1, onRequest: (messages) => requests.push(messages.length) });

    const pending = model.request(asked('Hi'), requestParameters());

    expect(requests).toEqual([1]);
    await pending;
  });

  it('stops waiting when it is told to, and does not start when it was told before', async () => {
    const controller = new AbortController();
    const model = offlineModel({ delay: 2 ** 30 });
    const { signal } = controller;

    const pending = model.request(asked('Hi'), requestParameters({ signal }));
    controller.abort();

    await expect(pending).rejects.toThrow(/abort/i);
    await expect(model.request(asked('Hi'), requestParameters({ signal }))).rejects.toThrow(/abort/i);
  });
});
