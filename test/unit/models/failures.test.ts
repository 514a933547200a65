import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import type { ModelRequestError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';
import { asked, requestParameters } from '../../support/model-request';
import {
  chatText,
  errorBody,
  type OpenAIServer,
  type ScriptedAnswer,
  responsesOutput,
  responsesText,
  startOpenAIServer,
} from '../../support/openai-server';
import { until } from '../../support/until';

let server: OpenAIServer | undefined;

afterEach(() => server?.close());

const page = '<html><head><title>Sign in</title></head></html>';

const apis = [
  { api: 'Chat Completions', create: openAIChatModel, body: chatText('A longer answer.') },
  { api: 'Responses', create: openAIResponsesModel, body: responsesText('A longer answer.') },
];

describe.each(apis)('a failure of $api', ({ create, body }) => {
  async function start(answer: ScriptedAnswer): Promise<Model> {
    server = await startOpenAIServer(() => answer);
    return create('gpt-5', { apiKey: 'test-secret-key', baseURL: server.baseURL });
  }

  async function failure(answer: ScriptedAnswer): Promise<ModelRequestError> {
    const model = await start(answer);
    return model.request(asked('hi'), requestParameters()).then(
      () => Promise.reject(new Error('The request did not fail')),
      (error: unknown) => error as ModelRequestError,
    );
  }

  it.each<[string, ScriptedAnswer, Partial<ModelRequestError>]>([
    [
      'a rate limit',
      { status: 429, headers: { 'retry-after': '3' }, body: errorBody('Slow down.', 'rate_limit_exceeded') },
      { status: 429, code: 'rate_limit_exceeded', retryable: true, retryAfter: 3000 },
    ],
    [
      'a refusal',
      { status: 400, body: errorBody('Bad.', 'bad') },
      { status: 400, code: 'bad', retryable: false },
    ],
    ["a proxy's page", { status: 502, body: page }, { status: 502, retryable: true }],
    ['a page instead of an answer', { body: page }, { status: undefined, retryable: true }],
    ['an empty answer', { headers: { 'content-type': 'application/json' } }, { retryable: true }],
    [
      'an answer that is no JSON',
      { headers: { 'content-type': 'application/json' }, body: '{"id": ' },
      { retryable: true },
    ],
    ['an answer that breaks off', { body, breakAfter: 20 }, { retryable: true }],
    ['another JSON', { body: { hello: 'world' } }, { retryable: false }],
    [
      'an error with a good status',
      { body: { error: { message: 'Overloaded', code: 503 } } },
      { status: 503, retryable: true },
    ],
    [
      'a lasting error with a good status',
      { body: { error: { message: 'No.', code: 'invalid_prompt' } } },
      { code: 'invalid_prompt', retryable: false },
    ],
    [
      'a passing error with a good status',
      { body: { error: { message: 'Oh.', code: 'server_error' } } },
      { code: 'server_error', retryable: true },
    ],
    ['an error that is a text', { body: { error: 'model not loaded' } }, { retryable: true }],
  ])('is told of %s, after one request', async (_, answer, expected) => {
    const error = await failure(answer);
    expect(error).toMatchObject({ name: 'ModelRequestError', ...expected });
    expect(error.message).toMatch(/^Model 'openai(-chat)?:gpt-5' /);
    expect(error.message.length).toBeLessThan(200);
    expect(error.message).not.toContain('test-secret-key');
    expect(server?.requests).toHaveLength(1);
  });

  it('is told of a refused connection', async () => {
    const model = await start({ body });
    await server?.close();
    server = undefined;
    await expect(model.request(asked('hi'), requestParameters())).rejects.toMatchObject({
      name: 'ModelRequestError',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('stops the HTTP request when the signal fires, and throws the reason', async () => {
    const model = await start({ body, delayMs: 10_000 });
    const controller = new AbortController();
    const answer = model.request(asked('hi'), requestParameters({ signal: controller.signal }));
    const reason = new Error('the run was cancelled');
    const end = answer.catch((error: unknown) => error);
    await until(() => server?.requests[0]);
    controller.abort(reason);
    expect(await end).toBe(reason);
    expect((await server?.firstAborted)?.aborted).toBe(true);
  });

  it('asks nothing when the signal has fired before', async () => {
    const model = await start({ body });
    await expect(
      model.request(asked('hi'), requestParameters({ signal: AbortSignal.abort() })),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(server?.requests).toHaveLength(0);
  });

  it('is told of a key that no header can hold, without the key', async () => {
    server = await startOpenAIServer([]);
    const model = create('gpt-5', { apiKey: 'secret-key\nwith-a-line', baseURL: server.baseURL });
    const error = await model.request(asked('hi'), requestParameters()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ModelRequestError', retryable: false });
    expect(String(error)).not.toContain('secret-key');
    expect(String(error)).not.toContain('with-a-line');
  });
});

describe('a failure that only one API has', () => {
  async function failure(create: typeof openAIChatModel, answer: ScriptedAnswer): Promise<unknown> {
    server = await startOpenAIServer([answer]);
    const model = create('gpt-5', { apiKey: 'test-key', baseURL: server.baseURL });
    return model.request(asked('hi'), requestParameters()).catch((error: unknown) => error);
  }

  it('is a completion without choices', async () => {
    const error = await failure(openAIChatModel, { body: { ...chatText('x'), choices: [] } });
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('without choices') });
  });

  it.each([
    ['failed', true],
    ['queued', false],
  ])('is a response whose status is %s', async (status, retryable) => {
    const error = await failure(openAIResponsesModel, { body: responsesOutput([], { more: { status } }) });
    expect(error).toMatchObject({ name: 'ModelRequestError', retryable });
  });
});
