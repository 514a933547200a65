// Needs OpenAI's own description of its API beside the repository. Checks that what we send is valid by it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { fromChat } from '../../src/activities/models/openai/from-chat';
import { fromResponses } from '../../src/activities/models/openai/from-responses';
import { toChatBody } from '../../src/activities/models/openai/to-chat-body';
import { toResponsesBody } from '../../src/activities/models/openai/to-responses-body';
import type { JsonObject } from '../../src/common/json';
import type { ModelMessage, ModelResponse, UserContent } from '../../src/common/messages';
import { requestParameters } from '../support/model-request';
import { apiOf, isAnswered, readRecordings, SHARED } from '../support/recordings';

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
ajv.addSchema(readDescription(), 'openai');

const validators = {
  chat: validatorOf('CreateChatCompletionRequest'),
  responses: validatorOf('CreateResponse'),
};

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
  exchanges.filter(isAnswered).map((exchange, index) => ({ title: `${name} #${index}`, exchange })),
);

/** Holds a web search whose source is of a kind that the description lacks; the API sent it, and it goes back as it came. */
const UNDESCRIBED = 'openai-responses/openai_responses_model_web_search_tool_stream #0';

describe("what we send is valid by OpenAI's own description", () => {
  it('in a request with everything, to Chat Completions', () => {
    const audio: UserContent = { kind: 'binary', mediaType: 'audio/wav', data: 'AAAA' };
    expectValid(validators.chat, toChatBody('gpt-5', transcriptOf([...image, audio]), parameters));
  });

  it('in a request with everything, to Responses', () => {
    const document: UserContent = { kind: 'document-url', url: 'https://example.com/a.pdf' };
    expectValid(
      validators.responses,
      toResponsesBody('gpt-5', transcriptOf([...image, document]), parameters),
    );
  });

  it.each(answered.filter(({ title }) => !title.startsWith('openai-chat/invalid_response')))(
    'when $title goes back, to either API and any model',
    ({ title, exchange }) => {
      const fromBody = apiOf(exchange) === 'chat' ? fromChat : fromResponses;
      const transcript = transcriptOf(image, fromBody(exchange.response.body));
      expectValid(validators.chat, toChatBody('gpt-4o', transcript, parameters));
      if (title === UNDESCRIBED) return;
      expectValid(validators.responses, toResponsesBody('gpt-5', transcript, parameters));
      expectValid(validators.responses, toResponsesBody('gpt-4o', transcript, parameters));
    },
  );

  it('and a mistake would be noticed', () => {
    const body = toChatBody('gpt-5', transcriptOf(image), parameters);
    expect(validators.chat({ ...body, messages: [{ role: 'nobody', content: 'x' }] })).toBe(false);
    expect(validators.responses({ ...body, input: [{ type: 'function_call', name: 'x' }] })).toBe(false);
  });
});

function validatorOf(name: string): ValidateFunction {
  return ajv.compile({ $ref: `openai#/components/schemas/${name}` });
}

function expectValid(validate: ValidateFunction, body: object): void {
  const sent: unknown = JSON.parse(JSON.stringify(body));
  validate(sent);
  expect((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual(
    [],
  );
}

/**
 * `oneOf` is `anyOf` to us: the description's items overlap, and then more than one of them is right. `nullable` is a
 * word of OpenAPI 3.0, which the description still uses beside 3.1's way of saying it. `logprobs` is required of texts
 * that go back, and yet the recordings show that the API does without.
 */
function readDescription(): JsonObject {
  const text = readFileSync(path.join(SHARED, 'openai-openapi', 'openapi.json'), 'utf8');
  const reviver = (key: string, value: unknown): unknown => {
    if (key === 'nullable') return undefined;
    return key === 'required' && Array.isArray(value) ? value.filter((name) => name !== 'logprobs') : value;
  };
  return JSON.parse(text.replaceAll('"oneOf":', '"anyOf":'), reviver) as JsonObject; // a JSON document
}
