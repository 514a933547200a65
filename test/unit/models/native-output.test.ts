import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import type { JsonObject } from '../../../src/common/json';
import type { ModelRequestParameters } from '../../../src/common/model';
import { asked, requestParameters } from '../../support/model-request';
import { chatText, type OpenAIServer, responsesText, startOpenAIServer } from '../../support/openai-server';

let server: OpenAIServer;

beforeEach(async () => {
  server = await startOpenAIServer(({ path }) => ({
    body: path.endsWith('/responses') ? responsesText('{}') : chatText('{}'),
  }));
});

afterEach(() => server.close());

async function sent(
  create: typeof openAIChatModel,
  more: Partial<ModelRequestParameters>,
): Promise<JsonObject> {
  const model = create('gpt-4o', { apiKey: 'test-key', baseURL: server.baseURL });
  await model.request(asked('hi'), requestParameters(more));
  return server.requests.at(-1)?.body ?? {};
}

const city = { city: { type: 'string' } };
const closed: JsonObject = {
  type: 'object',
  properties: city,
  required: ['city'],
  additionalProperties: false,
};
const open: JsonObject = { type: 'object', properties: city };
const location = { name: 'location', description: 'Where it is.', schema: closed };

describe('an output schema', () => {
  it('is the response format of Chat Completions', async () => {
    const body = await sent(openAIChatModel, { outputSchema: location });
    expect(body['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'location', description: 'Where it is.', schema: closed, strict: true },
    });
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('tool_choice');
  });

  it('is the text format of Responses', async () => {
    const body = await sent(openAIResponsesModel, { outputSchema: location });
    expect(body['text']).toEqual({
      format: {
        type: 'json_schema',
        name: 'location',
        description: 'Where it is.',
        schema: closed,
        strict: true,
      },
    });
  });

  it.each([
    ['an open object', open],
    ['no object', { type: 'array', items: closed }],
    ['a choice', { anyOf: [closed, closed] }],
  ])('is not enforced where the provider could not: %s', async (_, schema) => {
    const outputSchema = { name: 'location', schema };
    const responses = await sent(openAIResponsesModel, { outputSchema });
    expect(responses['text']).toEqual({
      format: { type: 'json_schema', name: 'location', schema, strict: false },
    });
    const chat = await sent(openAIChatModel, { outputSchema });
    expect(chat['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'location', schema },
    });
  });

  it.each([
    ['final_result', 'final_result'],
    ['Order (new)', 'Order__new_'],
    ['Größe', 'Gr__e'],
    ['x'.repeat(80), 'x'.repeat(64)],
    ['', 'output'],
  ])('is named as the provider wants names: %s', async (name, expected) => {
    const outputSchema = { name, schema: closed };
    expect(await sent(openAIChatModel, { outputSchema })).toMatchObject({
      response_format: { json_schema: { name: expected } },
    });
    expect(await sent(openAIResponsesModel, { outputSchema })).toMatchObject({
      text: { format: { name: expected } },
    });
  });

  it('stays when fields are added beside it', async () => {
    const settings = { extraBody: { text: { verbosity: 'low' } } };
    expect((await sent(openAIResponsesModel, { outputSchema: location, settings }))['text']).toEqual({
      verbosity: 'low',
      format: expect.objectContaining({ name: 'location' }),
    });
  });

  it('goes with tools, which stay a choice', async () => {
    const tools = [{ name: 'find', parameters: closed }];
    for (const create of [openAIChatModel, openAIResponsesModel]) {
      expect(await sent(create, { outputSchema: location, tools })).toMatchObject({
        tools: [expect.anything()],
        tool_choice: 'auto',
      });
    }
  });
});

describe("the provider's own tools", () => {
  const codeInterpreter = { type: 'code_interpreter', container: { type: 'auto' } };
  const webSearch = {
    type: 'web_search',
    search_context_size: 'low',
    user_location: { type: 'approximate', city: 'Utrecht', country: 'NL' },
  };

  it('go as they were written, after the functions', async () => {
    const tools = [{ name: 'find', parameters: closed }];
    const builtinTools = [webSearch, codeInterpreter];
    const body = await sent(openAIResponsesModel, { tools, builtinTools });
    expect(body['tools']).toEqual([
      { type: 'function', name: 'find', parameters: closed, strict: true },
      ...builtinTools,
    ]);
  });

  it.each([openAIChatModel, openAIResponsesModel])(
    'are a choice like others where they are all',
    async (create) => {
      const builtinTools = [{ type: 'custom', custom: { name: 'sql' } }];
      const settings = { parallelToolCalls: false };
      expect(await sent(create, { builtinTools, settings })).toMatchObject({
        tools: builtinTools,
        tool_choice: 'auto',
        parallel_tool_calls: false,
      });
      expect(await sent(create, { builtinTools, settings: { toolChoice: 'required' } })).toMatchObject({
        tool_choice: 'required',
      });
    },
  );

  it('go beside what the user wants included', async () => {
    const model = openAIResponsesModel('gpt-5', { apiKey: 'test-key', baseURL: server.baseURL });
    const settings = { extraBody: { include: ['web_search_call.action.sources'] } };
    await model.request(asked('hi'), requestParameters({ builtinTools: [webSearch], settings }));
    expect(server.requests[0]?.body['include']).toEqual([
      'reasoning.encrypted_content',
      'web_search_call.action.sources',
    ]);
  });

  it.each([
    [webSearch, { type: 'approximate', approximate: { city: 'Utrecht', country: 'NL' } }],
    [
      { ...webSearch, user_location: { type: 'approximate', approximate: { city: 'Utrecht' } } },
      { type: 'approximate', approximate: { city: 'Utrecht' } },
    ],
  ])('let Chat Completions search the web, by an option of its own', async (tool, user_location) => {
    const body = await sent(openAIChatModel, { builtinTools: [tool] });
    expect(body['web_search_options']).toEqual({ search_context_size: 'low', user_location });
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('tool_choice');
  });

  it("leave another provider's web search as it is", async () => {
    const builtinTools = [{ type: 'web_search', web_search: { enable: true } }];
    expect((await sent(openAIChatModel, { builtinTools }))['tools']).toEqual(builtinTools);
  });
});
