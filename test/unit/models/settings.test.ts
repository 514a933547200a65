import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import { isStrictCompatible } from '../../../src/activities/models/openai/strict-schema';
import type { JsonObject } from '../../../src/common/json';
import type { ModelRequestParameters } from '../../../src/common/model';
import type { ModelSettings } from '../../../src/common/model-settings';
import { asked, requestParameters } from '../../support/model-request';
import {
  chatText,
  type OpenAIServer,
  type ReceivedRequest,
  responsesText,
  startOpenAIServer,
} from '../../support/openai-server';

let server: OpenAIServer;

beforeEach(async () => {
  server = await startOpenAIServer(({ path }) => ({
    body: path.endsWith('/responses') ? responsesText('ok') : chatText('ok'),
  }));
});

afterEach(() => server.close());

async function sent(
  create: typeof openAIChatModel,
  more: Partial<ModelRequestParameters>,
): Promise<ReceivedRequest | undefined> {
  const model = create('gpt-4o', { apiKey: 'test-key', baseURL: server.baseURL });
  await model.request(asked('hi'), requestParameters(more));
  return server.requests.at(-1);
}

const everything: ModelSettings = {
  maxTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  seed: 7,
  presencePenalty: 0.1,
  frequencyPenalty: 0.2,
  stopSequences: ['END'],
  parallelToolCalls: false,
  reasoningEffort: 'low',
  reasoningSummary: 'auto',
  serviceTier: 'flex',
  user: 'u1',
  extraBody: { temperature: 0.7, store: false },
  extraHeaders: { 'x-team': 'a' },
};

const closed: JsonObject = {
  type: 'object',
  properties: { order: { type: 'string' } },
  required: ['order'],
  additionalProperties: false,
};
const open: JsonObject = { type: 'object', properties: { order: { type: 'string' } } };

const tools = [{ name: 'find', description: 'Finds.', parameters: closed }];
const outputTools = [{ name: 'final_result', parameters: open }];

describe('settings', () => {
  it('go to Chat Completions by its names, extra body last', async () => {
    const request = await sent(openAIChatModel, { settings: everything, tools });
    expect(request?.body).toMatchObject({
      max_completion_tokens: 100,
      temperature: 0.7,
      top_p: 0.9,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop: ['END'],
      parallel_tool_calls: false,
      reasoning_effort: 'low',
      service_tier: 'flex',
      user: 'u1',
      store: false,
    });
    expect(request?.headers['x-team']).toBe('a');
  });

  it('go to Responses by its names, extra body last', async () => {
    const request = await sent(openAIResponsesModel, { settings: everything, tools });
    expect(request?.body).toEqual({
      model: 'gpt-4o',
      input: [{ role: 'user', content: 'hi' }],
      tools: [expect.anything()],
      tool_choice: 'auto',
      max_output_tokens: 100,
      temperature: 0.7,
      top_p: 0.9,
      parallel_tool_calls: false,
      reasoning: { effort: 'low', summary: 'auto' },
      service_tier: 'flex',
      user: 'u1',
      store: false,
    });
    expect(request?.headers['x-team']).toBe('a');
  });

  it('offer tools and output tools alike, strict where the schema allows it', async () => {
    const chat = await sent(openAIChatModel, { tools, outputTools });
    expect(chat?.body['tools']).toEqual([
      {
        type: 'function',
        function: { name: 'find', description: 'Finds.', parameters: closed, strict: true },
      },
      { type: 'function', function: { name: 'final_result', parameters: open } },
    ]);
    const responses = await sent(openAIResponsesModel, { tools, outputTools });
    expect(responses?.body['tools']).toEqual([
      { type: 'function', name: 'find', description: 'Finds.', parameters: closed, strict: true },
      { type: 'function', name: 'final_result', parameters: open, strict: false },
    ]);
  });

  it('leave strictness off where the tool says so', async () => {
    const lenient = tools.map((tool) => ({ ...tool, strict: false }));
    const request = await sent(openAIResponsesModel, { tools: lenient });
    expect(request?.body['tools']).toMatchObject([{ strict: false }]);
  });

  it.each([
    ['auto', { tools }],
    ['required', { outputTools, allowTextOutput: false }],
    ['none', { tools, settings: { toolChoice: 'none' } }],
    ['auto', { outputTools, allowTextOutput: false, settings: { toolChoice: 'auto' } }],
    [undefined, { allowTextOutput: false, settings: { toolChoice: 'required', parallelToolCalls: true } }],
  ] satisfies [string | undefined, Partial<ModelRequestParameters>][])(
    'choose tools: %s for %j',
    async (choice, more) => {
      for (const create of [openAIChatModel, openAIResponsesModel]) {
        expect((await sent(create, more))?.body['tool_choice']).toBe(choice);
      }
    },
  );
});

describe('isStrictCompatible', () => {
  const withProperty = (property: JsonObject) => ({ ...closed, properties: { order: property } });

  it.each([
    ['a closed object with all properties required', closed, true],
    ['an open object', open, false],
    ['an optional property', { ...closed, required: [] }, false],
    [
      'an object without any requirement',
      { type: 'object', properties: {}, additionalProperties: false },
      false,
    ],
    ['a closed object within', withProperty(closed), true],
    ['an open object within', withProperty(open), false],
    ['an open object within a list', withProperty({ type: 'array', items: open }), false],
    ['an open object within a choice', withProperty({ anyOf: [{ type: 'null' }, open] }), false],
    ['an open definition', { ...closed, $defs: { a: open } }, false],
    ['a record', withProperty({ type: 'object', additionalProperties: { type: 'string' } }), false],
    ['bounds', withProperty({ type: 'integer', minimum: 0, maximum: 10 }), true],
    ['a default', withProperty({ type: 'string', default: 'x' }), false],
    ['a length', withProperty({ type: 'string', minLength: 1 }), false],
    ['a known format', withProperty({ type: 'string', format: 'date-time' }), true],
    ['an unknown format', withProperty({ type: 'string', format: 'uri' }), false],
    ['a pattern', withProperty({ type: 'string', pattern: '^a+$' }), true],
    ['a pattern that looks ahead', withProperty({ type: 'string', pattern: '^(?!a)' }), false],
    ['a boolean schema', { ...closed, properties: { order: true } }, false],
  ])('%s', (_, schema, expected) => {
    expect(isStrictCompatible(schema)).toBe(expected); // the table mixes shapes
  });
});
