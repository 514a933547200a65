import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import { asked, requestParameters } from '../../support/model-request';
import {
  errorBody,
  type OpenAIServer,
  type ScriptedAnswer,
  startOpenAIServer,
} from '../../support/openai-server';

let server: OpenAIServer | undefined;

afterEach(() => server?.close());

async function count(answer: ScriptedAnswer, parameters = requestParameters()): Promise<number | undefined> {
  server = await startOpenAIServer([answer]);
  const options = { apiKey: 'test-secret-key', baseURL: server.baseURL, stream: true };
  return openAIResponsesModel('gpt-5', options).countTokens?.(asked('hi'), parameters);
}

const counted = { body: { object: 'response.input_tokens', input_tokens: 11 } };
const schema = { type: 'object', properties: {}, required: [], additionalProperties: false };

describe('the tokens of a request', () => {
  it("are counted by the provider, by what is the request's input and nothing else", async () => {
    const parameters = requestParameters({
      instructions: 'Be short.',
      tools: [{ name: 'find', parameters: schema }],
      builtinTools: [{ type: 'web_search' }],
      outputSchema: { name: 'city', schema },
      settings: {
        maxTokens: 100,
        temperature: 0.5,
        parallelToolCalls: true,
        reasoningEffort: 'low',
        serviceTier: 'flex',
        user: 'u1',
        extraBody: { previous_response_id: 'resp_1', store: false, text: { verbosity: 'low' } },
        extraHeaders: { 'x-team': 'a' },
      },
    });
    expect(await count(counted, parameters)).toBe(11);
    expect(server?.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/responses/input_tokens',
      headers: { authorization: 'Bearer test-secret-key', 'x-team': 'a' },
    });
    expect(server?.requests[0]?.body).toEqual({
      model: 'gpt-5',
      input: [{ role: 'user', content: 'hi' }],
      instructions: 'Be short.',
      tools: [{ type: 'function', name: 'find', parameters: schema, strict: true }, { type: 'web_search' }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'low' },
      text: { verbosity: 'low', format: { type: 'json_schema', name: 'city', schema, strict: true } },
      previous_response_id: 'resp_1',
    });
  });

  it.each<[string, ScriptedAnswer, object]>([
    ['a rate limit', { status: 429, body: errorBody('Slow down.') }, { status: 429, retryable: true }],
    [
      'a server without a counter',
      { status: 404, body: errorBody('No.') },
      { status: 404, retryable: false },
    ],
    ['an answer without a count', { body: { object: 'list' } }, { retryable: false }],
    ['a page', { body: '<html></html>' }, { retryable: true }],
    ['an error with a good status', { body: errorBody('No.', 'bad') }, { code: 'bad', retryable: false }],
  ])('fail to be counted after %s as a request fails', async (_, answer, expected) => {
    await expect(count(answer)).rejects.toMatchObject({ name: 'ModelRequestError', ...expected });
    expect(server?.requests).toHaveLength(1);
  });

  it('are not counted once the signal has fired', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(count(counted, requestParameters({ signal }))).rejects.toThrow('cancelled');
    expect(server?.requests).toHaveLength(0);
  });

  it('are not counted by Chat Completions, which has no counter', () => {
    expect(openAIChatModel('gpt-5')).not.toHaveProperty('countTokens');
  });
});
