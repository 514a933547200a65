// Needs OpenAI's own description of its API beside the repository. Checks that what we send is valid by it.
import { toChatBody } from '../../src/activities/models/openai/to-chat-body';
import { toResponsesBody } from '../../src/activities/models/openai/to-responses-body';
import { toTokenCountBody } from '../../src/activities/models/openai/token-count';
import type { ModelMessage, ModelResponse, UserContent } from '../../src/common/messages';
import { requestParameters } from '../support/model-request';
import { readDescription } from '../support/openai-description';
import { answerOf } from '../support/recorded-answer';
import { readRecordings } from '../support/recordings';

const description = readDescription();

const parameters = requestParameters({
  instructions: 'Be short.',
  tools: [{ name: 'find', description: 'Finds.', parameters: { type: 'object', properties: {} } }],
  outputTools: [
    {
      name: 'final_result',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    },
  ],
  allowTextOutput: false,
  settings: {
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
  },
});

const about = { toolName: 'find', toolCallId: 'call_1' };

const image: UserContent[] = [
  { kind: 'text', text: 'Look:' },
  { kind: 'image-url', url: 'https://example.com/a.png' },
  { kind: 'binary', mediaType: 'image/png', data: 'AAAA' },
  { kind: 'binary', mediaType: 'application/pdf', data: 'AAAA' },
  { kind: 'binary', mediaType: 'text/plain', data: 'AAAA' },
];

function transcriptOf(content: readonly UserContent[], response?: ModelResponse): ModelMessage[] {
  return [
    {
      kind: 'request',
      parts: [
        { kind: 'system-prompt', content: 'You are a cook.' },
        { kind: 'user-prompt', content },
        { kind: 'user-prompt', content: 'hi' },
      ],
    },
    response ?? { kind: 'response', usage: {}, parts: [{ kind: 'tool-call', args: {}, ...about }] },
    {
      kind: 'request',
      parts: [
        { kind: 'tool-return', content: { a: 1 }, outcome: 'success', ...about },
        { kind: 'retry-prompt', content: 'No.', ...about },
        { kind: 'retry-prompt', content: [{ path: 'a', message: 'wrong' }] },
      ],
    },
  ];
}

const answered = readRecordings().flatMap(({ name, exchanges }) =>
  exchanges.map((exchange, index) => ({ title: `${name} #${index}`, name, exchange })),
);

/** Failures, and an answer with a 200 that holds none. */
const UNREADABLE = 'openai-chat/invalid_response';

/** Hold a web search whose source is of a kind that the description lacks; the API sent it, and it goes back as it came. */
const UNDESCRIBED = [0, 1].map(
  (index) => `openai-responses/openai_responses_model_web_search_tool_stream #${index}`,
);

const closed = { type: 'object', properties: {}, required: [], additionalProperties: false };

const outputSchema = { name: 'Order (new)', description: 'An order.', schema: closed };

describe("what we send is valid by OpenAI's own description", () => {
  it('in a request with everything, to Chat Completions', () => {
    const audio: UserContent = { kind: 'binary', mediaType: 'audio/wav', data: 'AAAA' };
    const location = { type: 'approximate', city: 'Utrecht', country: 'NL' };
    const builtinTools = [
      { type: 'web_search', search_context_size: 'low', user_location: location },
      { type: 'custom', custom: { name: 'sql' } },
    ];
    const everything = { ...parameters, outputSchema, builtinTools };
    expectValid('chat', toChatBody('gpt-5', transcriptOf([...image, audio]), everything));
  });

  it('in a request with everything, to Responses and to its counter of tokens', () => {
    const document: UserContent = { kind: 'document-url', url: 'https://example.com/a.pdf' };
    const builtinTools = [
      { type: 'web_search', search_context_size: 'low' },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'file_search', vector_store_ids: ['vs_1'] },
      { type: 'image_generation' },
    ];
    const everything = { ...parameters, outputSchema, builtinTools };
    const body = toResponsesBody('gpt-5', transcriptOf([...image, document]), everything);
    expectValid('responses', body);
    expectValid('token-count', toTokenCountBody(body));
  });

  it.each(answered.filter(({ name, exchange }) => exchange.response.status < 300 && name !== UNREADABLE))(
    'when $title goes back, to either API and any model',
    async ({ title, exchange }) => {
      const transcript = transcriptOf(image, await answerOf(exchange));
      expectValid('chat', toChatBody('gpt-4o', transcript, parameters));
      if (UNDESCRIBED.includes(title)) return;
      for (const model of ['gpt-5', 'gpt-4o']) {
        const body = toResponsesBody(model, transcript, parameters);
        expectValid('responses', body);
        expectValid('token-count', toTokenCountBody(body));
      }
    },
  );

  it('and counts tokens by the fields that the counter knows', () => {
    const fields = description.fieldsOf('token-count').map((field) => [field, 'x'] as const);
    const body: object = Object.fromEntries([...fields, ['store', 'x']]);
    expect(Object.keys(toTokenCountBody(body)).toSorted()).toEqual(description.fieldsOf('token-count'));
  });

  it('and a mistake would be noticed', () => {
    const body = toChatBody('gpt-5', transcriptOf(image), parameters);
    const mistaken = { ...body, messages: [{ role: 'nobody', content: 'x' }] };
    expect(description.mistakesIn(mistaken, 'chat')).not.toEqual([]);
    const items = { ...body, input: [{ type: 'function_call', name: 'x' }] };
    expect(description.mistakesIn(items, 'responses')).not.toEqual([]);
    expect(description.mistakesIn(items, 'token-count')).not.toEqual([]);
  });
});

function expectValid(api: 'chat' | 'responses' | 'token-count', body: object): void {
  expect(description.mistakesIn(body, api)).toEqual([]);
}
