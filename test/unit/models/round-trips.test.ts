// What a model answered, and what is sent of it with the next request: to the API that it came from, and to the other.
import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import type { JsonObject, JsonValue } from '../../../src/common/json';
import type { ModelMessage, ModelResponse, UserContent } from '../../../src/common/messages';
import { asked, requestParameters } from '../../support/model-request';
import {
  chatChunks,
  chatMessage,
  chatText,
  DONE_EVENT,
  responsesEvents,
  responsesOutput,
  responsesText,
  type ScriptedAnswer,
  startOpenAIServer,
  streamed,
} from '../../support/openai-server';

type Api = 'chat' | 'responses';

const APIS = {
  chat: { create: openAIChatModel, key: 'messages', hello: chatText('ok') },
  responses: { create: openAIResponsesModel, key: 'input', hello: responsesText('ok') },
};

/** The answer as a run would hold it, recorded and read again. */
async function answerOf(api: Api, answer: ScriptedAnswer): Promise<ModelResponse> {
  const { response } = await ask(api, answer, asked('hi'));
  return JSON.parse(JSON.stringify(response)) as ModelResponse; // as it was
}

async function sentBack(api: Api, messages: readonly ModelMessage[]): Promise<JsonValue | undefined> {
  return (await ask(api, { body: APIS[api].hello }, messages)).body[APIS[api].key];
}

async function ask(
  api: Api,
  answer: ScriptedAnswer,
  messages: readonly ModelMessage[],
): Promise<{ response: ModelResponse; body: JsonObject }> {
  const server = await startOpenAIServer([answer]);
  try {
    const model = APIS[api].create('gpt-5', { apiKey: 'test-key', baseURL: server.baseURL });
    const response = await model.request(messages, requestParameters());
    return { response, body: server.requests[0]?.body ?? {} };
  } finally {
    await server.close();
  }
}

const citation = {
  type: 'url_citation',
  url: 'https://example.com',
  title: 'X',
  start_index: 0,
  end_index: 1,
};
const fileCitation = { type: 'file_citation', file_id: 'file_1', filename: 'a.pdf', index: 3 };

const message = (...annotations: JsonObject[]): JsonObject => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Found.', annotations }],
});

const reasoning = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 'Hm.' }],
  encrypted_content: 'gAAAA',
};

const found = { role: 'assistant', content: 'Found.' };

/** Items of Responses, and the messages that Chat Completions is told in their place. */
const ITEMS: readonly [string, readonly JsonObject[], readonly JsonObject[]][] = [
  ['thoughts', [reasoning, message()], [{ ...found, content: '<think>\nHm.\n</think>\n\nFound.' }]],
  [
    'thoughts in the open',
    [
      { type: 'reasoning', id: 'rs_2', summary: [], content: [{ type: 'reasoning_text', text: 'Aloud.' }] },
      message(),
    ],
    [{ ...found, content: '<think>\nAloud.\n</think>\n\nFound.' }],
  ],
  ['citations', [message(citation, fileCitation)], [found]],
  [
    'a refusal',
    [{ ...message(), content: [{ type: 'refusal', refusal: 'I will not.' }] }],
    [{ role: 'assistant', content: null, refusal: 'I will not.' }],
  ],
  [
    'a web search',
    [
      reasoning,
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'x', sources: [{ type: 'url', url: 'https://example.com' }] },
      },
      message(citation),
    ],
    [{ ...found, content: '<think>\nHm.\n</think>\n\nFound.' }],
  ],
  [
    'a code interpreter',
    [
      {
        type: 'code_interpreter_call',
        id: 'ci_1',
        status: 'completed',
        container_id: 'cntr_1',
        code: 'print(1)',
        outputs: [{ type: 'logs', logs: '1\n' }],
      },
      message({
        type: 'container_file_citation',
        container_id: 'cntr_1',
        file_id: 'cfile_1',
        filename: 'a.csv',
      }),
    ],
    [found],
  ],
  [
    'a file search',
    [
      {
        type: 'file_search_call',
        id: 'fs_1',
        status: 'completed',
        queries: ['x'],
        results: [{ file_id: 'file_1', filename: 'a.pdf', score: 0.9, text: 'X is Y.', attributes: {} }],
      },
      message(fileCitation),
    ],
    [found],
  ],
  [
    'a generated image',
    [
      {
        type: 'image_generation_call',
        id: 'ig_1',
        status: 'completed',
        result: 'iVBORw0KGgo=',
        revised_prompt: 'a cat',
        output_format: 'png',
      },
      message(),
    ],
    [found],
  ],
  [
    'a call to an MCP server',
    [
      {
        type: 'mcp_list_tools',
        id: 'mcpl_1',
        server_label: 'wiki',
        tools: [{ name: 'read', input_schema: {} }],
      },
      {
        type: 'mcp_call',
        id: 'mcp_1',
        server_label: 'wiki',
        name: 'read',
        arguments: '{}',
        output: 'text',
        error: null,
      },
      message(),
    ],
    [found],
  ],
  [
    'an item of tomorrow',
    [{ type: 'telepathy_call', id: 'tp_1', thought: { of: 'you' } }, message()],
    [found],
  ],
];

describe.each(ITEMS)('Responses: %s', (_, output, messages) => {
  const body = responsesOutput(output);

  it.each([
    ['whole', { body }],
    ['streamed', streamed(responsesEvents(body))],
  ])('goes back as it came, %s', async (__, answer) => {
    expect(await sentBack('responses', [await answerOf('responses', answer)])).toEqual(output);
  });

  it('is told to Chat Completions as far as it can be', async () => {
    expect(await sentBack('chat', [await answerOf('responses', { body })])).toEqual(messages);
  });
});

const call = { id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"a": 1' } };

/** Messages of Chat Completions, how they go back, and the items that Responses is told in their place. */
const MESSAGES: readonly [string, JsonObject, JsonObject | undefined, readonly JsonObject[]][] = [
  [
    'thoughts',
    { ...found, reasoning_content: 'Hm.' },
    undefined,
    [{ role: 'assistant', content: '<think>\nHm.\n</think>' }, found],
  ],
  [
    'citations',
    { ...found, annotations: [{ type: 'url_citation', url_citation: { url: 'x' } }] },
    found,
    [found],
  ],
  [
    'a refusal',
    { role: 'assistant', content: null, refusal: 'I will not.' },
    undefined,
    [{ role: 'assistant', content: 'I will not.' }],
  ],
  [
    'a call beside text',
    { ...found, tool_calls: [call] },
    undefined,
    [found, { type: 'function_call', call_id: 'call_1', name: 'find', arguments: '{"a": 1' }],
  ],
  [
    'audio',
    {
      role: 'assistant',
      content: null,
      audio: { id: 'audio_1', data: 'UklGRg==', expires_at: 1, transcript: 'Hi.' },
    },
    { role: 'assistant', content: null, audio: { id: 'audio_1' } },
    [],
  ],
  [
    'a call of a tool that is no function',
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'sql', input: 'x' } }],
    },
    undefined,
    [],
  ],
];

describe.each(MESSAGES)('Chat Completions: %s', (_, sent, back, items) => {
  const body = chatMessage(sent, 'stop');

  it.each([
    ['whole', { body }],
    ['streamed', streamed([...chatChunks(body), DONE_EVENT])],
  ])('goes back as it came, %s', async (__, answer) => {
    expect(await sentBack('chat', [await answerOf('chat', answer)])).toEqual([back ?? sent]);
  });

  it('is told to Responses as far as it can be', async () => {
    expect(await sentBack('responses', [await answerOf('chat', { body })])).toEqual(items);
  });
});

describe('a conversation with files', () => {
  const prompt: UserContent[] = [
    { kind: 'text', text: 'What is on these?' },
    { kind: 'image-url', url: 'https://example.com/a.png' },
    { kind: 'binary', mediaType: 'image/jpeg', data: '/9j/4AA=' },
    { kind: 'binary', mediaType: 'application/pdf', data: 'JVBERi0=', fileName: 'bill.pdf' },
  ];
  const images = ['https://example.com/a.png', 'data:image/jpeg;base64,/9j/4AA='];
  const file = { filename: 'bill.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' };
  const next = asked('And?');

  it('shows them to Responses with every request', async () => {
    const answer = await answerOf('chat', { body: chatText('A cat.') });
    expect(await sentBack('responses', [...asked(prompt), answer, ...next])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is on these?' },
          ...images.map((image_url) => ({ type: 'input_image', detail: 'auto', image_url })),
          { type: 'input_file', ...file },
        ],
      },
      { role: 'assistant', content: 'A cat.' },
      { role: 'user', content: 'And?' },
    ]);
  });

  it('shows them to Chat Completions with every request, and has it hear', async () => {
    const answer = await answerOf('responses', { body: responsesText('A cat.') });
    const heard: UserContent = { kind: 'binary', mediaType: 'audio/wav', data: 'UklGRg==' };
    expect(await sentBack('chat', [...asked([...prompt, heard]), answer, ...next])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is on these?' },
          ...images.map((url) => ({ type: 'image_url', image_url: { url } })),
          { type: 'file', file },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        ],
      },
      { role: 'assistant', content: 'A cat.' },
      { role: 'user', content: 'And?' },
    ]);
  });
});
