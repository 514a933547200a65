import * as fc from 'fast-check';
import { messagesSchema } from '../../../src/common/message-schema';
import type { ModelMessage } from '../../../src/common/messages';
import { toIssues } from '../../../src/common/options';
import { calls, request, response, returned, said, user } from '../../support/messages';

const valid = [request(user('hi')), response(said('ho'))];

/** The messages with another first request part, response part, request or response. */
const withRequestPart = (part: object) => [{ kind: 'request', parts: [part] }, valid[1]];
const withResponsePart = (part: object) => [valid[0], { ...valid[1], parts: [part] }];
const withResponse = (more: object) => [valid[0], { ...valid[1], ...more }];

function pathsOf(value: unknown): string[] {
  const parsed = messagesSchema.safeParse(value);
  return parsed.success ? [] : toIssues(parsed.error).map(({ path }) => path);
}

describe('a bad field of earlier messages', () => {
  it.each<{ mistake: string; value: unknown; path: string }>([
    { mistake: 'messages that are no list', value: { messages: [] }, path: '' },
    { mistake: 'a text for messages', value: 'hi', path: '' },
    { mistake: 'a message that is a text', value: ['hi'], path: '0' },
    { mistake: 'a kind of message that does not exist', value: [{ kind: 'user' }], path: '0.kind' },
    { mistake: 'a message without parts', value: [{ kind: 'request' }], path: '0.parts' },
    { mistake: 'an unknown field of a message', value: [{ ...valid[0], role: 'user' }], path: '0' },
    { mistake: 'an unknown kind of part', value: withRequestPart({ kind: 'hello' }), path: '0.parts.0.kind' },
    {
      mistake: 'a response part in a request',
      value: withRequestPart({ kind: 'text', content: 'x' }),
      path: '0.parts.0.kind',
    },
    {
      mistake: 'a prompt without content',
      value: withRequestPart({ kind: 'user-prompt' }),
      path: '0.parts.0.content',
    },
    {
      mistake: 'a part of a prompt without its url',
      value: withRequestPart({
        kind: 'user-prompt',
        content: [{ kind: 'text', text: 'see' }, { kind: 'image-url' }],
      }),
      path: '0.parts.0.content.1.url',
    },
    {
      mistake: 'binary data that is no base64',
      value: withRequestPart({
        kind: 'user-prompt',
        content: [{ kind: 'binary', mediaType: 'image/png', data: '%' }],
      }),
      path: '0.parts.0.content.0.data',
    },
    {
      mistake: 'a return without its outcome',
      value: withRequestPart({ kind: 'tool-return', toolName: 'add', toolCallId: 'a', content: 1 }),
      path: '0.parts.0.outcome',
    },
    {
      mistake: 'a return with an outcome that does not exist',
      value: withRequestPart({ ...returned('a'), outcome: 'lost' }),
      path: '0.parts.0.outcome',
    },
    {
      mistake: 'a return with a content that is no JSON',
      value: withRequestPart({ ...returned('a'), content: new Map() }),
      path: '0.parts.0.content',
    },
    {
      mistake: 'an issue without its message',
      value: withRequestPart({ kind: 'retry-prompt', content: [{ path: 'a' }] }),
      path: '0.parts.0.content.0.message',
    },
    {
      mistake: 'a call without its id',
      value: withResponsePart({ kind: 'tool-call', toolName: 'add', args: '{}' }),
      path: '1.parts.0.toolCallId',
    },
    {
      mistake: 'a call with arguments that are a list',
      value: withResponsePart({ ...calls('a'), args: [] }),
      path: '1.parts.0.args',
    },
    {
      mistake: 'an item of a provider without the name of the provider',
      value: withResponsePart({ kind: 'provider-item', item: {} }),
      path: '1.parts.0.providerName',
    },
    {
      mistake: 'a negative counter',
      value: withResponse({ usage: { inputTokens: -1 } }),
      path: '1.usage.inputTokens',
    },
    {
      mistake: 'a counter that does not exist',
      value: withResponse({ usage: { tokens: 1 } }),
      path: '1.usage',
    },
    {
      mistake: 'a finish reason that does not exist',
      value: withResponse({ finishReason: 'tired' }),
      path: '1.finishReason',
    },
    { mistake: 'a state that does not exist', value: withResponse({ state: 'open' }), path: '1.state' },
  ])('is named by its path: $mistake', ({ value, path }) => {
    expect(pathsOf(value)).toEqual([path]);
  });

  it('is named beside the others', () => {
    const messages = [{ kind: 'request', parts: [{ kind: 'user-prompt' }, { kind: 'hello' }] }, 'x'];
    expect(pathsOf(messages)).toEqual(['0.parts.0.content', '0.parts.1.kind', '1']);
  });
});

const json = fc.jsonValue({ maxDepth: 2 });
const jsonObject = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), json);

/** An object with its keys in any order. */
const shuffled = <Value extends object>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<object> =>
  fc.tuple(arbitrary, fc.infiniteStream(fc.nat())).map(([value, random]) =>
    Object.fromEntries(
      Object.entries(value)
        .map((entry) => ({ entry, rank: Number(random.next().value) }))
        .toSorted((left, right) => left.rank - right.rank)
        .map(({ entry }) => entry),
    ),
  );

const requestPart = fc.oneof(
  fc.record({ kind: fc.constant('user-prompt'), content: fc.string() }),
  fc.record({
    kind: fc.constant('user-prompt'),
    content: fc.constant([
      { text: 'see', kind: 'text' },
      { url: 'https://example.com/a.png', kind: 'image-url' },
    ]),
  }),
  fc.record(
    {
      toolName: fc.string(),
      kind: fc.constant('tool-return'),
      toolCallId: fc.string(),
      content: json,
      metadata: json,
      outcome: fc.constantFrom('success', 'failed', 'denied', 'interrupted'),
    },
    { requiredKeys: ['toolName', 'kind', 'toolCallId', 'content', 'outcome'] },
  ),
  fc.record({
    content: fc.array(fc.record({ message: fc.string(), path: fc.string() })),
    kind: fc.constant('retry-prompt'),
  }),
);

const responsePart = fc.oneof(
  fc.record(
    {
      providerDetails: jsonObject,
      content: fc.string(),
      kind: fc.constantFrom('text', 'thinking'),
      id: fc.string(),
    },
    { requiredKeys: ['content', 'kind'] },
  ),
  fc.record({
    args: fc.oneof(fc.string(), jsonObject),
    kind: fc.constant('tool-call'),
    toolName: fc.string(),
    toolCallId: fc.string(),
  }),
  fc.record({ item: jsonObject, kind: fc.constant('provider-item'), providerName: fc.string() }),
);

const anyMessage = fc.oneof(
  shuffled(fc.record({ parts: fc.array(shuffled(requestPart)), kind: fc.constant('request') })),
  shuffled(
    fc.record(
      {
        usage: shuffled(
          fc.record(
            {
              outputTokens: fc.nat(),
              details: fc.dictionary(fc.string(), fc.nat()),
              inputTokens: fc.nat(),
              cost: fc.nat(),
            },
            { requiredKeys: [] },
          ),
        ),
        parts: fc.array(shuffled(responsePart)),
        timestamp: fc.string(),
        kind: fc.constant('response'),
        finishReason: fc.constantFrom('stop', 'length', 'tool_call'),
        modelName: fc.string(),
        state: fc.constant('interrupted'),
        providerDetails: jsonObject,
      },
      { requiredKeys: ['usage', 'parts', 'kind'] },
    ),
  ),
);

describe('valid earlier messages', () => {
  it('are kept byte for byte (bug: their keys were put into another order)', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 4 }), (messages) => {
        const text = JSON.stringify(messages);
        expect(JSON.stringify(messagesSchema.parse(JSON.parse(text)))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('need no usage when they were written by hand', () => {
    const [, written]: readonly ModelMessage[] = messagesSchema.parse([
      valid[0],
      { kind: 'response', parts: [] },
    ]);
    expect(written).toEqual({ kind: 'response', parts: [], usage: {} });
  });

  it('become JSON where they are not yet', () => {
    const since = new Date(0);
    expect(messagesSchema.parse([request({ ...returned('a'), content: { since } as never })])).toEqual([
      request(returned('a', { since: since.toISOString() })),
    ]);
  });

  it('are refused or kept, and never an error, whatever they are', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => typeof messagesSchema.safeParse(value).success === 'boolean'),
    );
  });
});
