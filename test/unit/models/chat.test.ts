import { openAIChatModel } from '../../../src/activities/models/openai';
import type { ModelMessage, ModelResponse, UserContent } from '../../../src/common/messages';
import { asked, requestParameters } from '../../support/model-request';
import {
  chatMessage,
  chatText,
  chatToolCall,
  type OpenAIServer,
  type ScriptedAnswer,
  startOpenAIServer,
} from '../../support/openai-server';

let server: OpenAIServer | undefined;

afterEach(() => server?.close());

async function ask(
  answer: ScriptedAnswer,
  messages: readonly ModelMessage[],
  parameters = requestParameters(),
): Promise<{ response: ModelResponse; body: Record<string, unknown> }> {
  server = await startOpenAIServer([answer]);
  const model = openAIChatModel('test-model', { apiKey: 'test-key', baseURL: server.baseURL });
  const response = await model.request(messages, parameters);
  return { response, body: server.requests[0]?.body ?? {} };
}

/** What the model is sent of a response that it gave before. */
async function sentBack(response: ModelResponse): Promise<unknown> {
  await server?.close();
  const { body } = await ask({ body: chatText('ok') }, [response]);
  return body['messages'];
}

describe('openAIChatModel', () => {
  it('asks and understands a plain text', async () => {
    const { response, body } = await ask({ body: chatText('Paris.') }, asked('The capital of France?'));
    expect(body).toEqual({
      model: 'test-model',
      messages: [{ role: 'user', content: 'The capital of France?' }],
    });
    expect(response).toEqual({
      kind: 'response',
      parts: [{ kind: 'text', content: 'Paris.' }],
      usage: { inputTokens: 10, outputTokens: 5 },
      modelName: 'scripted-model',
      providerName: 'openai',
      providerResponseId: expect.stringMatching(/^chatcmpl-/),
      finishReason: 'stop',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('puts the instructions after the system prompts', async () => {
    const messages: ModelMessage[] = [
      {
        kind: 'request',
        parts: [
          { kind: 'system-prompt', content: 'You are a cook.' },
          { kind: 'user-prompt', content: 'Soup?' },
        ],
      },
    ];
    const { body } = await ask(
      { body: chatText('Yes') },
      messages,
      requestParameters({ instructions: 'Be short.' }),
    );
    expect(body['messages']).toEqual([
      { role: 'system', content: 'You are a cook.' },
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Soup?' },
    ]);
  });

  it('takes calls with arguments verbatim, and sends them back with results and requests to retry', async () => {
    const { response } = await ask({ body: chatToolCall('find', '{"order": 42') }, asked('Where?'));
    const [call] = response.parts;
    expect(call).toEqual({
      kind: 'tool-call',
      toolName: 'find',
      args: '{"order": 42',
      toolCallId: expect.any(String),
    });
    expect(response.finishReason).toBe('tool_call');

    await server?.close();
    const about = { toolName: 'find', toolCallId: 'call_a' };
    const issues = [{ path: 'order', message: 'expected a text' }];
    const { body } = await ask({ body: chatText('ok') }, [
      { ...response, parts: [{ kind: 'tool-call', args: { order: 42 }, ...about }] },
      {
        kind: 'request',
        parts: [
          { kind: 'tool-return', content: { status: 'sent' }, outcome: 'success', ...about },
          { kind: 'tool-return', content: 'as it is', outcome: 'failed', ...about },
          { kind: 'retry-prompt', content: 'No such order.', ...about },
          { kind: 'retry-prompt', content: issues, ...about },
          { kind: 'retry-prompt', content: 'Please return text.' },
        ],
      },
    ]);
    expect(body['messages']).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'find', arguments: '{"order":42}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: '{"status":"sent"}' },
      { role: 'tool', tool_call_id: 'call_a', content: 'as it is' },
      { role: 'tool', tool_call_id: 'call_a', content: 'No such order.\n\nFix the errors and try again.' },
      {
        role: 'tool',
        tool_call_id: 'call_a',
        content: `1 validation error:\n\`\`\`json\n${JSON.stringify(issues, null, 2)}\n\`\`\`\n\nFix the errors and try again.`,
      },
      {
        role: 'user',
        content: 'Validation feedback:\nPlease return text.\n\nFix the errors and try again.',
      },
    ]);
  });

  it('sends images, audio and documents', async () => {
    const text = Buffer.from('Dummy TXT file\n').toString('base64');
    const prompt: UserContent[] = [
      { kind: 'text', text: 'Look:' },
      { kind: 'image-url', url: 'https://example.com/a.png' },
      { kind: 'binary', mediaType: 'image/png', data: 'AAAA' },
      { kind: 'binary', mediaType: 'audio/mpeg', data: 'BBBB' },
      { kind: 'binary', mediaType: 'application/pdf', data: 'CCCC' },
      { kind: 'binary', mediaType: 'application/pdf', data: 'CCCC', fileName: 'bill.pdf' },
      { kind: 'binary', mediaType: 'text/plain', data: text },
    ];
    const { body } = await ask({ body: chatText('ok') }, asked(prompt));
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
          { type: 'file', file: { filename: 'filename.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
          { type: 'file', file: { filename: 'bill.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
          {
            type: 'text',
            text: '-----BEGIN FILE id="f58746" type="text/plain"-----\nDummy TXT file\n\n-----END FILE id="f58746"-----',
          },
        ],
      },
    ]);
  });

  it.each([
    ['a document by address', { kind: 'document-url', url: 'https://example.com/a.pdf' }],
    ['audio by address', { kind: 'audio-url', url: 'https://example.com/a.mp3' }],
    ['audio of another format', { kind: 'binary', mediaType: 'audio/flac', data: 'AAAA' }],
  ] satisfies [string, UserContent][])('refuses %s without asking', async (_, content) => {
    await expect(ask({ body: chatText('ok') }, asked([content]))).rejects.toMatchObject({
      name: 'ModelRequestError',
      retryable: false,
      message: expect.stringContaining(`'${content.kind}' content`),
    });
    expect(server?.requests).toHaveLength(0);
  });

  it.each(['reasoning', 'reasoning_content'])(
    'keeps thoughts of the field %s for that field',
    async (field) => {
      const message = { role: 'assistant', content: '4', [field]: 'two and two' };
      const { response } = await ask({ body: chatMessage(message, 'stop') }, asked('2+2?'));
      expect(response.parts).toEqual([
        { kind: 'thinking', content: 'two and two', providerDetails: { field } },
        { kind: 'text', content: '4' },
      ]);
      expect(await sentBack(response)).toEqual([message]);
    },
  );

  it('tells thoughts of another provider as text', async () => {
    const parts = [
      { kind: 'thinking', content: 'hm', id: 'rs_1', signature: 'secret' },
      { kind: 'text', content: '4', id: 'msg_1' },
      { kind: 'provider-item', providerName: 'openai', item: { type: 'web_search_call' } },
    ] as const;
    expect(await sentBack({ kind: 'response', parts, usage: {} })).toEqual([
      { role: 'assistant', content: '<think>\nhm\n</think>\n\n4' },
    ]);
  });

  it('keeps what it does not know, and gives it back', async () => {
    const call = { id: 'a', type: 'function', function: { name: 'find', arguments: '{}' } };
    const message = {
      role: 'assistant',
      content: null,
      extra_content: { google: { thought_signature: 'sig' } },
      tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'call-sig' } } }],
    };
    const { response } = await ask({ body: chatMessage(message, 'tool_calls') }, asked('hi'));
    expect(await sentBack(response)).toEqual([message]);
  });

  it('makes ids for calls that came without', async () => {
    const call = { id: '', type: 'function', function: { name: 'now', arguments: '{}' } };
    const message = { role: 'assistant', tool_calls: [call, call] };
    const { response } = await ask({ body: chatMessage(message, 'tool_calls') }, asked('hi'));
    const ids = response.parts.map((part) => (part.kind === 'tool-call' ? part.toolCallId : ''));
    expect(ids).toEqual([expect.stringMatching(/^call_0_/), expect.stringMatching(/^call_1_/)]);
  });

  it('tells a refusal in the details, leaves no text, and gives it back as a refusal', async () => {
    const message = { role: 'assistant', content: null, refusal: 'I cannot help with that.' };
    const { response } = await ask({ body: chatMessage(message, 'stop') }, asked('hi'));
    expect(response).toMatchObject({
      parts: [],
      finishReason: 'content_filter',
      providerDetails: { refusal: 'I cannot help with that.' },
    });
    expect(await sentBack(response)).toEqual([message]);
  });

  it('tolerates missing usage, and records no empties', async () => {
    const { usage: _, ...body } = chatMessage(
      { role: 'assistant', content: 'ok', refusal: null, annotations: [] },
      'stop',
    );
    const { response } = await ask({ body }, asked('hi'));
    expect(response.usage).toEqual({});
    expect(response).not.toHaveProperty('providerDetails');
  });

  it('counts everything that the provider counts', async () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 7, audio_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 40, accepted_prediction_tokens: 2, audio_tokens: 0 },
    };
    const { response } = await ask({ body: { ...chatText('ok'), usage } }, asked('hi'));
    expect(response.usage).toEqual({
      inputTokens: 100,
      outputTokens: 50,
      cacheReadTokens: 60,
      cacheWriteTokens: 7,
      reasoningTokens: 40,
      details: { input_audio_tokens: 3, output_accepted_prediction_tokens: 2, total_tokens: 160 },
    });
  });

  it.each([
    ['stop', 'stop', undefined],
    ['length', 'length', undefined],
    ['content_filter', 'content_filter', undefined],
    ['tool_calls', 'tool_call', undefined],
    ['eos', undefined, { finish_reason: 'eos' }],
  ])('reads the finish reason %s', async (raw, finishReason, providerDetails) => {
    const { response } = await ask(
      { body: chatMessage({ role: 'assistant', content: 'x' }, raw) },
      asked('hi'),
    );
    expect(response.finishReason).toBe(finishReason);
    expect(response.providerDetails).toEqual(providerDetails);
  });
});
