import type { OpenAI } from 'openai';
import { toChatMessages } from '../../../src/activities/models/openai/to-chat-messages';
import { UserError } from '../../../src/common/errors';
import { fromChatMessages } from '../../../src/common/from-chat-messages';
import { messagesSchema } from '../../../src/common/message-schema';

type Message = OpenAI.Chat.ChatCompletionMessageParam;

const call = (id: string, name: string, args: string) =>
  ({ id, type: 'function', function: { name, arguments: args } }) as const;

const PNG = 'iVBORw0KGgo=';

/** By what it shows: messages of the API that come out as they went in when they are sent again. */
const ROUND_TRIPS: readonly (readonly [string, readonly Message[]])[] = [
  ['a text', [{ role: 'user', content: 'Hello.' }]],
  [
    'system prompts and answers',
    [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: 'Bye.' },
    ],
  ],
  [
    'calls, one of them with arguments that are no JSON, and their results',
    [
      { role: 'user', content: 'Add.' },
      {
        role: 'assistant',
        content: 'Adding.',
        tool_calls: [call('a', 'add', '{"left": 1}'), call('b', 'add', '{"left":')],
      },
      { role: 'tool', tool_call_id: 'a', content: '3' },
      { role: 'tool', tool_call_id: 'b', content: 'Invalid.' },
      { role: 'user', content: 'Well?' },
      { role: 'assistant', content: '3' },
    ],
  ],
  [
    'images, audio and files',
    [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See.' },
          { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          { type: 'input_audio', input_audio: { data: PNG, format: 'mp3' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PNG}` } },
        ],
      },
    ],
  ],
  [
    'a refusal',
    [
      { role: 'user', content: 'Do harm.' },
      { role: 'assistant', content: null, refusal: 'No.' },
    ],
  ],
];

describe('messages of the Chat Completions API', () => {
  it.each(ROUND_TRIPS)('are sent again as they came: %s', (_what, messages) => {
    expect(toChatMessages(fromChatMessages(messages))).toEqual(messages);
  });

  it.each(ROUND_TRIPS)('are a history that a run takes as it is: %s', (_what, messages) => {
    const history = fromChatMessages(messages);
    expect(messagesSchema.parse(history)).toEqual(history);
  });

  it('become requests and responses: what is said between two answers is one request', () => {
    expect(
      fromChatMessages([
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Two?' },
        { role: 'assistant', content: '', tool_calls: [call('a', 'count', '')] },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: '2' }] },
      ]),
    ).toEqual([
      {
        kind: 'request',
        parts: [
          { kind: 'system-prompt', content: 'Be brief.' },
          { kind: 'user-prompt', content: 'Two?' },
        ],
      },
      {
        kind: 'response',
        parts: [{ kind: 'tool-call', toolName: 'count', args: '', toolCallId: 'a' }],
        usage: {},
      },
      {
        kind: 'request',
        parts: [
          { kind: 'tool-return', toolName: 'count', toolCallId: 'a', content: '2', outcome: 'success' },
        ],
      },
    ]);
  });

  it('keep what a server sent beyond the fields of the API, and give it back', () => {
    const answer = {
      role: 'assistant',
      content: 'Hi.',
      reasoning_details: [{ text: 'They greet.' }],
      tool_calls: [{ ...call('a', 'wave', '{}'), extra_content: { signature: 'x' } }],
    };
    const messages = [{ role: 'user', content: 'Hello.' }, answer];
    expect(toChatMessages(fromChatMessages(messages))).toEqual(messages);
  });

  it('may be the objects that the API returned, with their nulls and empty lists', () => {
    const returned = {
      role: 'assistant',
      content: 'Hi.',
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
      tool_calls: null,
    };
    expect(fromChatMessages([returned])).toEqual([
      { kind: 'response', parts: [{ kind: 'text', content: 'Hi.' }], usage: {} },
    ]);
  });

  it.each<[string, unknown]>([
    ['expected array', 'hello'],
    ['0: ', [7]],
    ['0.role: ', [{ role: 'robot', content: 'Hi.' }]],
    ['0.content: ', [{ role: 'user' }]],
    [
      '1.content.0.type: ',
      [
        { role: 'user', content: 'a' },
        { role: 'user', content: [{ type: 'video' }] },
      ],
    ],
    [
      '0.content.0.image_url.url: ',
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'cat' } }] }],
    ],
    ['0.content.0.file', [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }]],
    [
      '0.tool_calls.0.id: ',
      [{ role: 'assistant', tool_calls: [{ function: { name: 'a', arguments: '' } }] }],
    ],
    ['0.function_call: ', [{ role: 'assistant', function_call: { name: 'a', arguments: '' } }]],
    [
      "0.tool_call_id: no message before it made the call 'a'",
      [{ role: 'tool', tool_call_id: 'a', content: '1' }],
    ],
  ])('are refused with the path of the bad field: %s', (path, messages) => {
    const convert = (): unknown => fromChatMessages(messages as never);
    expect(convert).toThrow(UserError);
    expect(convert).toThrow(`fromChatMessages: `);
    expect(convert).toThrow(path);
  });
});
