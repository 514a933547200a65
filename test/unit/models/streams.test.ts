import { setTimeout as sleep } from 'node:timers/promises';
import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import type { JsonObject } from '../../../src/common/json';
import type { ModelResponse } from '../../../src/common/messages';
import type { Model } from '../../../src/common/model';
import { asked, requestParameters } from '../../support/model-request';
import {
  chatChunks,
  chatMessage,
  chatText,
  chatToolCalls,
  DONE_EVENT,
  errorBody,
  type OpenAIServer,
  responsesEvents,
  responsesOutput,
  responsesText,
  responsesToolCalls,
  type ScriptedAnswer,
  startOpenAIServer,
  streamed,
  streamedText,
} from '../../support/openai-server';
import { until } from '../../support/until';

let server: OpenAIServer | undefined;

afterEach(() => server?.close());

async function start(
  create: typeof openAIChatModel,
  answer: ScriptedAnswer,
  options: { stream?: boolean } = { stream: true },
): Promise<Model> {
  await server?.close();
  server = await startOpenAIServer(() => answer);
  return create('gpt-5', { apiKey: 'test-secret-key', baseURL: server.baseURL, ...options });
}

const saying = 'Zürich 🏔️ is\nin\u2028Switzerland.';
const calls = [
  { name: 'find', args: { city: 'Zürich' }, id: 'a' },
  { name: 'find', args: '{"city": "Bern', id: 'b' },
];
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' };

const apis = [
  {
    api: 'Chat Completions',
    create: openAIChatModel,
    toStream: (body: JsonObject) => [...chatChunks(body), DONE_EVENT],
    hello: chatText('hello'),
    bodies: [
      chatText(saying),
      chatToolCalls(calls),
      chatMessage({ role: 'assistant', content: null, refusal: 'I will not.' }, 'stop'),
      chatMessage({ role: 'assistant', content: '4', reasoning: 'two and two' }, 'stop'),
      chatMessage({ role: 'assistant', content: '4', annotations: [{ type: 'url_citation' }] }, 'length'),
    ],
    fields: { stream: true, stream_options: { include_usage: true } },
  },
  {
    api: 'Responses',
    create: openAIResponsesModel,
    toStream: responsesEvents,
    hello: responsesText('hello'),
    bodies: [
      responsesText(saying),
      responsesToolCalls(calls),
      responsesOutput([reasoning, { type: 'web_search_call', id: 'ws_1', status: 'completed' }]),
      responsesOutput([], {
        more: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      }),
    ],
    fields: { stream: true },
  },
];

const page = '<html>\n<head><title>502 Bad Gateway</title></head>\n</html>\n';

describe.each(apis)('a streamed answer of $api', ({ create, toStream, hello, bodies, fields }) => {
  async function ask(answer: ScriptedAnswer): Promise<ModelResponse> {
    return (await start(create, answer)).request(asked('hi'), requestParameters());
  }

  const first = toStream(hello).slice(0, 3);

  it.each(bodies)('is the response that it is in one piece: %#', async (body) => {
    const whole = await (await start(create, { body }, {})).request(asked('hi'), requestParameters());
    const fromStream = await ask(streamed(toStream(body)));
    expect(fromStream).toEqual({ ...whole, timestamp: expect.any(String) });
  });

  it('is asked for, and fields of the user are kept', async () => {
    await ask(streamed(toStream(hello)));
    expect(server?.requests[0]?.body).toMatchObject(fields);
    const model = await start(create, streamed(toStream(hello)));
    const extraBody = { stream_options: { include_obfuscation: false } };
    await model.request(asked('hi'), requestParameters({ settings: { extraBody } }));
    expect(server?.requests[0]?.body['stream_options']).toEqual({
      ...fields.stream_options,
      include_obfuscation: false,
    });
  });

  it('is not asked for unless the model says so', async () => {
    await (await start(create, { body: hello }, {})).request(asked('hi'), requestParameters());
    expect(server?.requests[0]?.body).not.toHaveProperty('stream');
  });

  it('may come whole, or unasked', async () => {
    expect((await ask({ body: hello })).parts).toMatchObject([{ content: 'hello' }]);
    const model = await start(create, streamed(toStream(hello)), {});
    expect((await model.request(asked('hi'), requestParameters())).parts).toMatchObject([
      { content: 'hello' },
    ]);
  });

  it('may hold comments, empty events, other line ends and fields of tomorrow', async () => {
    const { body } = streamed([
      ': PROCESSING\n\n',
      'event: ping\ndata:\n\n',
      'retry: 3\nnew: x\n',
      ...toStream(hello),
    ]);
    const { parts } = await ask(streamedText(String(body).replaceAll('\n', '\r\n')));
    expect(parts).toMatchObject([{ content: 'hello' }]);
  });

  it('may lack the empty line at its end', async () => {
    const { body } = streamed(toStream(hello));
    const { parts } = await ask(streamedText(String(body).trimEnd()));
    expect(parts).toMatchObject([{ content: 'hello' }]);
  });

  it('is complete with its last event, whatever becomes of the connection then', async () => {
    const { body, ...answer } = streamed([...toStream(hello), ': and then nothing\n\n']);
    const { parts } = await ask({ ...answer, body: String(body), stallAfter: String(body).length });
    expect(parts).toMatchObject([{ content: 'hello' }]);
  });

  it.each<[string, ScriptedAnswer, JsonObject]>([
    ['that breaks off', { ...streamed(first), breakAfter: 400 }, { retryable: true }],
    ['that is closed too early', streamed(first), { retryable: true }],
    ['that is closed within an event', streamedText('data: {"id": "x", "cho'), { retryable: true }],
    ['without any event', streamedText(''), { retryable: true }],
    ['that is a page', streamedText(page), { retryable: true }],
    ['with a page in it', streamed([...first, page]), { retryable: true }],
    ['that is a bare text', streamedText('upstream connect error'), { retryable: true }],
    ['with an event that is no JSON', streamed([...first, 'data: {"id": \n\n']), { retryable: true }],
    ['with an event that is no object', streamed(['data: 42\n\n', ...first]), { retryable: true }],
    [
      'with an error of the server',
      streamed([...first, errorBody('Oh.', 'server_error')]),
      { retryable: true, code: 'server_error' },
    ],
    [
      'with an error that lasts',
      streamed([...first, errorBody('Too long.', 'context_length_exceeded')]),
      { retryable: false, code: 'context_length_exceeded' },
    ],
    [
      'with an error that is a status',
      streamed([...first, { error: { message: 'Overloaded', code: '529' } }]),
      { retryable: true, status: 529 },
    ],
    [
      'with an error that is no event',
      streamed([...first, `${JSON.stringify(errorBody('Bad.', 'invalid_prompt'))}\n`]),
      { retryable: false, code: 'invalid_prompt' },
    ],
  ])('%s is a failure, after one request', async (_, answer, expected) => {
    const error: unknown = await ask(answer).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ModelRequestError', ...expected });
    expect(String(error)).toMatch(/Model 'openai(-chat)?:gpt-5' /);
    expect(String(error).length).toBeLessThan(200);
    expect(server?.requests).toHaveLength(1);
  });

  it("tells a proxy's page by its title", async () => {
    await expect(ask(streamed([...first, page]))).rejects.toThrow("an HTML page, '502 Bad Gateway'");
  });

  it('ends when the signal fires, with its reason, and the HTTP request with it', async () => {
    const model = await start(create, { ...streamed(first), stallAfter: 300 });
    const controller = new AbortController();
    const answer = model.request(asked('hi'), requestParameters({ signal: controller.signal }));
    const reason = new Error('the run was cancelled');
    const end = answer.catch((error: unknown) => error);
    await until(() => server?.requests[0]);
    await sleep(100); // so that the answer has begun
    controller.abort(reason);
    expect(await end).toBe(reason);
    expect((await server?.firstAborted)?.aborted).toBe(true);
  });
});

describe('a stream of Chat Completions', () => {
  async function ask(events: readonly (JsonObject | string)[]): Promise<ModelResponse> {
    return (await start(openAIChatModel, streamed(events))).request(asked('hi'), requestParameters());
  }

  const chunk = (delta: JsonObject, more: JsonObject = {}): JsonObject => ({
    id: 'chatcmpl-1',
    model: 'm',
    choices: [{ index: 0, delta, ...more }],
  });
  const end = chunk({}, { finish_reason: 'stop' });
  const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } };
  const callOf = (index: JsonObject, id: string, args: string): JsonObject => ({
    tool_calls: [{ ...index, id, type: 'function', function: { name: 'find', arguments: args } }],
  });

  it.each([
    ['one index for all calls', { index: 0 }],
    ['no indices', {}],
  ])('may have %s', async (_, index) => {
    const { parts } = await ask([
      chunk(callOf(index, 'a', '{"n":')),
      chunk({ tool_calls: [{ ...index, function: { arguments: '1}' } }] }),
      chunk(callOf(index, 'b', '{"n":2}')),
      end,
      DONE_EVENT,
    ]);
    expect(parts).toMatchObject([
      { toolCallId: 'a', toolName: 'find', args: '{"n":1}' },
      { toolCallId: 'b', toolName: 'find', args: '{"n":2}' },
    ]);
  });

  it('may mix the pieces of several calls', async () => {
    const more = (index: number, text: string) => ({
      tool_calls: [{ index, function: { arguments: text } }],
    });
    const { parts } = await ask([
      chunk(callOf({ index: 1 }, 'b', '')),
      chunk(callOf({ index: 0 }, 'a', '')),
      chunk(more(1, '{"n"')),
      chunk(more(0, '{}')),
      chunk(more(1, ':2}')),
      end,
      DONE_EVENT,
    ]);
    expect(parts).toMatchObject([
      { toolCallId: 'b', args: '{"n":2}' },
      { toolCallId: 'a', args: '{}' },
    ]);
  });

  it('may tell names again, and the message so far', async () => {
    const so = (content: string) => ({ message: { role: 'assistant', content } });
    const response = await ask([
      chunk({ role: 'assistant', content: 'Pa' }, so('Pa')),
      chunk({ role: 'assistant', content: 'ris' }, { ...so('Paris'), finish_reason: 'stop' }),
      usage,
    ]);
    expect(response).toMatchObject({
      parts: [{ kind: 'text', content: 'Paris' }],
      usage: { outputTokens: 2 },
    });
    expect(response).not.toHaveProperty('providerDetails');
  });

  it('may count its tokens all along', async () => {
    const counted = (tokens: number, delta: JsonObject) => ({
      ...chunk(delta),
      usage: { prompt_tokens: 9, completion_tokens: tokens },
    });
    const response = await ask([counted(1, { content: 'a' }), counted(2, { content: 'b' }), end, DONE_EVENT]);
    expect(response.usage).toEqual({ inputTokens: 9, outputTokens: 2 });
  });

  it('keeps log probabilities, signatures and fields of tomorrow', async () => {
    const logprobs = (token: string) => ({ logprobs: { content: [{ token }], refusal: null } });
    const { parts, providerDetails } = await ask([
      chunk({ content: 'a', reasoning_details: [{ text: 'x' }] }, logprobs('a')),
      { ...chunk({ content: 'b', reasoning_details: [{ text: 'y' }] }, logprobs('b')), provider: 'someone' },
      end,
      DONE_EVENT,
    ]);
    expect(parts).toEqual([
      {
        kind: 'text',
        content: 'ab',
        providerDetails: { logprobs: { content: [{ token: 'a' }, { token: 'b' }], refusal: null } },
      },
      {
        kind: 'provider-item',
        providerName: 'openai-chat',
        item: { reasoning_details: [{ text: 'x' }, { text: 'y' }] },
      },
    ]);
    expect(providerDetails).toEqual({ provider: 'someone' });
  });

  it('keeps other choices apart', async () => {
    const second = { id: 'chatcmpl-1', choices: [{ index: 1, delta: { content: 'second' } }] };
    const { parts, providerDetails } = await ask([
      chunk({ content: 'first' }),
      second,
      end,
      usage,
      DONE_EVENT,
    ]);
    expect(parts).toMatchObject([{ content: 'first' }]);
    expect(providerDetails).toEqual({ choices: [{ index: 1, message: { content: 'second' } }] });
  });

  it('is complete without its last word when the tokens are told, and not before', async () => {
    expect((await ask([chunk({ content: 'x' }), end, usage])).finishReason).toBe('stop');
    await expect(ask([chunk({ content: 'x' }), end])).rejects.toMatchObject({ retryable: true });
  });
});

describe('a stream of Responses', () => {
  async function ask(events: readonly (JsonObject | string)[]): Promise<ModelResponse> {
    return (await start(openAIResponsesModel, streamed(events))).request(asked('hi'), requestParameters());
  }

  it('may leave the items out at its end', async () => {
    const body = responsesToolCalls(calls);
    const events = responsesEvents(body).map((event) =>
      event['type'] === 'response.completed' ? { ...event, response: { ...body, output: [] } } : event,
    );
    expect((await ask(events.toReversed().toSorted(lastEventLast))).parts).toMatchObject([
      { toolCallId: 'a' },
      { toolCallId: 'b' },
    ]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'an error event',
      { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null, sequence_number: 3 },
      { code: 'rate_limit_exceeded', retryable: true },
    ],
    [
      'an error event that wraps it',
      { type: 'error', error: { type: 'invalid_request_error', code: 'invalid_prompt', message: 'No.' } },
      { code: 'invalid_prompt', retryable: false },
    ],
    [
      'a failed response',
      {
        type: 'response.failed',
        response: responsesOutput([], {
          more: { status: 'failed', error: { code: 'server_error', message: 'Oh.' } },
        }),
      },
      { code: 'server_error', retryable: true },
    ],
    [
      'a failed response without a reason',
      { type: 'response.failed', response: responsesOutput([], { more: { status: 'failed' } }) },
      { retryable: true },
    ],
  ])('may end with %s', async (_, event, expected) => {
    const events = [...responsesEvents(responsesText('hello')).slice(0, 2), event];
    await expect(ask(events)).rejects.toMatchObject({ name: 'ModelRequestError', ...expected });
  });
});

function lastEventLast(left: JsonObject, right: JsonObject): number {
  return Number(left['type'] === 'response.completed') - Number(right['type'] === 'response.completed');
}
