import { openAIResponsesModel } from '../../../src/activities/models/openai';
import type { JsonObject } from '../../../src/common/json';
import type { ModelMessage, ModelResponse, UserContent } from '../../../src/common/messages';
import { asked, requestParameters } from '../../support/model-request';
import {
  type OpenAIServer,
  responsesOutput,
  responsesText,
  responsesToolCall,
  startOpenAIServer,
} from '../../support/openai-server';

let server: OpenAIServer | undefined;

afterEach(() => server?.close());

async function ask(
  answer: JsonObject,
  messages: readonly ModelMessage[],
  options: { name?: string; parameters?: ReturnType<typeof requestParameters> } = {},
): Promise<{ response: ModelResponse; body: Record<string, unknown> }> {
  await server?.close();
  server = await startOpenAIServer([{ body: answer }]);
  const model = openAIResponsesModel(options.name ?? 'gpt-5', {
    apiKey: 'test-key',
    baseURL: server.baseURL,
  });
  const response = await model.request(messages, options.parameters ?? requestParameters());
  return { response, body: server.requests[0]?.body ?? {} };
}

async function sentBack(response: ModelResponse, name = 'gpt-5'): Promise<unknown> {
  return (await ask(responsesText('ok'), [response], { name })).body['input'];
}

const reasoning = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [
    { type: 'summary_text', text: 'First,' },
    { type: 'summary_text', text: 'second.' },
  ],
  encrypted_content: 'gAAAA',
};

const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  phase: 'final_answer',
  content: [
    { type: 'output_text', text: 'Four', annotations: [] },
    { type: 'output_text', text: ' it is.', annotations: [] },
  ],
};

const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'find', arguments: '{"a": 1' };

const search = {
  type: 'web_search_call',
  id: 'ws_1',
  status: 'completed',
  action: { type: 'search', query: 'x' },
};

describe('openAIResponsesModel', () => {
  it('asks and understands a plain text', async () => {
    const parameters = requestParameters({ instructions: 'Be short.' });
    const { response, body } = await ask(responsesText('Paris.'), asked('Capital?'), {
      name: 'gpt-4o',
      parameters,
    });
    expect(body).toEqual({
      model: 'gpt-4o',
      input: [{ role: 'user', content: 'Capital?' }],
      instructions: 'Be short.',
    });
    expect(response).toEqual({
      kind: 'response',
      parts: [{ kind: 'text', content: 'Paris.', id: expect.stringMatching(/^msg_/) }],
      usage: { inputTokens: 10, outputTokens: 5 },
      modelName: 'scripted-model',
      providerName: 'openai',
      providerResponseId: expect.stringMatching(/^resp_/),
      finishReason: 'stop',
      timestamp: expect.any(String),
    });
  });

  it('gives thoughts, texts, calls and unknown items back as they came', async () => {
    const output = [reasoning, search, message, call];
    const { response, body } = await ask(responsesOutput(output), asked('2+2?'));
    expect(body['include']).toEqual(['reasoning.encrypted_content']);
    expect(response.finishReason).toBe('tool_call');
    expect(response.parts).toEqual([
      { kind: 'thinking', content: 'First,', id: 'rs_1', signature: 'gAAAA' },
      { kind: 'thinking', content: 'second.', id: 'rs_1' },
      { kind: 'provider-item', providerName: 'openai', item: search },
      { kind: 'text', content: 'Four', id: 'msg_1', providerDetails: { item: { phase: 'final_answer' } } },
      { kind: 'text', content: ' it is.', id: 'msg_1', providerDetails: { item: { phase: 'final_answer' } } },
      { kind: 'tool-call', toolName: 'find', args: '{"a": 1', toolCallId: 'call_1', id: 'fc_1' },
    ]);
    expect(await sentBack(response)).toEqual(output);
  });

  it.each([
    ['without a summary', { summary: [] }],
    ['in the open', { summary: [], content: [{ type: 'reasoning_text', text: 'aloud' }] }],
    ['without encryption', { encrypted_content: undefined }],
    ['that were cut', { status: 'incomplete' }],
  ])('gives thoughts %s back as they came', async (_, difference) => {
    const item = JSON.parse(JSON.stringify({ ...reasoning, ...difference })) as JsonObject; // drops what is undefined
    const { response } = await ask(responsesOutput([item, message]), asked('hi'));
    expect(await sentBack(response)).toEqual([item, message]);
  });

  it('sends no ids and no encrypted thoughts to a model that does not reason', async () => {
    const { response } = await ask(responsesOutput([reasoning, message, call]), asked('2+2?'));
    expect(await sentBack(response, 'gpt-4.1')).toEqual([
      { role: 'assistant', content: '<think>\nFirst,\n\nsecond.\n</think>' },
      { role: 'assistant', content: 'Four it is.' },
      { type: 'function_call', call_id: 'call_1', name: 'find', arguments: '{"a": 1' },
    ]);
  });

  it("sends nothing of another provider's but what it said and called", async () => {
    const { response } = await ask(responsesOutput([reasoning, message, call]), asked('2+2?'));
    const item = { kind: 'provider-item', providerName: 'other', item: { type: 'x' } } as const;
    const foreign = { ...response, providerName: 'other', parts: [...response.parts.slice(2), item] };
    expect(await sentBack(foreign)).toEqual([
      { role: 'assistant', content: 'Four it is.' },
      { type: 'function_call', call_id: 'call_1', name: 'find', arguments: '{"a": 1' },
    ]);
  });

  it('sends results and requests to retry', async () => {
    const about = { toolName: 'find', toolCallId: 'call_1' };
    const { body } = await ask(responsesText('ok'), [
      {
        kind: 'request',
        parts: [
          { kind: 'system-prompt', content: 'You are a cook.' },
          { kind: 'tool-return', content: [1, 2], outcome: 'success', ...about },
          { kind: 'retry-prompt', content: 'No such order.', ...about },
          { kind: 'retry-prompt', content: [] },
        ],
      },
    ]);
    const output = (text: string) => ({ type: 'function_call_output', call_id: 'call_1', output: text });
    expect(body['input']).toEqual([
      { role: 'system', content: 'You are a cook.' },
      output('[1,2]'),
      output('No such order.\n\nFix the errors and try again.'),
      { role: 'user', content: '0 validation errors:\n```json\n[]\n```\n\nFix the errors and try again.' },
    ]);
  });

  it('sends images and documents', async () => {
    const prompt: UserContent[] = [
      { kind: 'text', text: 'Look:' },
      { kind: 'image-url', url: 'https://example.com/a.png' },
      { kind: 'document-url', url: 'https://example.com/a.pdf' },
      { kind: 'binary', mediaType: 'image/png', data: 'AAAA' },
      { kind: 'binary', mediaType: 'text/plain', data: 'BBBB' },
    ];
    const { body } = await ask(responsesText('ok'), asked(prompt));
    expect(body['input']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look:' },
          { type: 'input_image', detail: 'auto', image_url: 'https://example.com/a.png' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
          { type: 'input_file', filename: 'filename.txt', file_data: 'data:text/plain;base64,BBBB' },
        ],
      },
    ]);
  });

  it.each([
    { kind: 'audio-url', url: 'https://example.com/a.mp3' },
    { kind: 'binary', mediaType: 'audio/mpeg', data: 'AAAA' },
  ] satisfies UserContent[])('refuses audio without asking', async (content) => {
    await expect(ask(responsesText('ok'), asked([content]))).rejects.toMatchObject({ retryable: false });
    expect(server?.requests).toHaveLength(0);
  });

  it('tells a refusal in the details, leaves no text, and gives the item back', async () => {
    const content = [{ type: 'refusal', refusal: 'I cannot help with that.' }];
    const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content };
    const { response } = await ask(responsesOutput([item]), asked('hi'));
    expect(response).toMatchObject({
      parts: [{ kind: 'provider-item', item }],
      finishReason: 'content_filter',
      providerDetails: { refusal: 'I cannot help with that.' },
    });
    expect(await sentBack(response)).toEqual([item]);
  });

  it('keeps citations, log probabilities and fields of tomorrow', async () => {
    const text = {
      type: 'output_text',
      text: 'x',
      annotations: [{ type: 'url_citation' }],
      logprobs: [{ token: 'x' }],
    };
    const more = { moderation: { flagged: true }, metadata: { mine: 'echo' }, service_tier: 'flex' };
    const { response } = await ask(responsesOutput([{ ...message, content: [text] }], { more }), asked('hi'));
    expect(response.parts[0]?.providerDetails).toEqual({
      item: { phase: 'final_answer' },
      annotations: [{ type: 'url_citation' }],
      logprobs: [{ token: 'x' }],
    });
    expect(response.providerDetails).toEqual({ moderation: { flagged: true }, service_tier: 'flex' });
  });

  it.each([
    [{ status: 'completed' }, 'stop', undefined],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length', undefined],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter', undefined],
    [{ status: 'complete' }, undefined, { status: 'complete' }],
  ])('reads the status %j', async (more, finishReason, providerDetails) => {
    const { response } = await ask(responsesOutput([message], { more }), asked('hi'));
    expect(response.finishReason).toBe(finishReason);
    expect(response.providerDetails).toEqual(providerDetails);
  });

  it('counts everything that the provider counts', async () => {
    const more = {
      usage: {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 60, cache_write_tokens: 7 },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 40 },
        total_tokens: 150,
      },
      tool_usage: { web_search: { num_requests: 2 }, image_gen: { total_tokens: 0 } },
    };
    const { response } = await ask(responsesOutput([message], { more }), asked('hi'));
    expect(response.usage).toEqual({
      inputTokens: 100,
      outputTokens: 50,
      cacheReadTokens: 60,
      cacheWriteTokens: 7,
      reasoningTokens: 40,
      details: { tool_usage_web_search_num_requests: 2 },
    });
  });

  it('has a call for a finish reason when it calls', async () => {
    const { response } = await ask(responsesToolCall('find', { order: 42 }), asked('hi'));
    expect(response.finishReason).toBe('tool_call');
    expect(response.parts).toMatchObject([{ kind: 'tool-call', toolName: 'find', args: '{"order":42}' }]);
  });
});
