import * as fc from 'fast-check';
import type { JsonValue } from '../../../src/common/json';
import type { ModelMessage, RequestPart, ResponsePart } from '../../../src/common/messages';
import {
  estimatePartTokens,
  estimateTextTokens,
  estimateTokens,
  FILE_TOKENS,
  IMAGE_TOKENS,
} from '../../../src/common/token-estimate';
import { calls, request, response, returned, said, user } from '../../support/messages';

const FRAME = estimateTokens(request(user('')));

describe('a text', () => {
  it.each([
    { what: 'empty', text: '', tokens: 0 },
    { what: 'of one character', text: 'a', tokens: 1 },
    { what: 'of four characters', text: 'four', tokens: 1 },
    { what: 'of five', text: 'fives', tokens: 2 },
    { what: 'in Cyrillic, two bytes each', text: 'хлеб', tokens: 2 },
    { what: 'in Chinese, three bytes each', text: '一二三四', tokens: 3 },
    { what: 'of emoji, four bytes each', text: '😀😀', tokens: 2 },
  ])('$what', ({ text, tokens }) => {
    expect(estimateTextTokens(text)).toBe(tokens);
  });

  it('is counted by its UTF-8 bytes, four of which are a token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(estimateTextTokens(text)).toBe(Math.ceil(Buffer.byteLength(text) / 4));
      }),
    );
  });
});

const TEXT = 'a'.repeat(400);
const DATA = 'a'.repeat(4_000);

describe('a part', () => {
  it.each<{ what: string; part: RequestPart | ResponsePart; tokens: number }>([
    { what: 'a prompt', part: user(TEXT), tokens: 100 },
    { what: 'a system prompt', part: { kind: 'system-prompt', content: TEXT }, tokens: 100 },
    { what: 'an answer', part: said(TEXT), tokens: 100 },
    {
      what: 'thoughts, with the signature that goes back',
      part: { kind: 'thinking', content: TEXT, signature: TEXT },
      tokens: 200,
    },
    { what: 'a call, with its name', part: calls('a', 'look', TEXT), tokens: 101 },
    { what: 'a result that is a text', part: returned('a', TEXT), tokens: 100 },
    {
      what: 'a result, without its metadata, which is not sent',
      part: { ...returned('a', TEXT), metadata: { trace: TEXT } },
      tokens: 100,
    },
    { what: 'a request to retry', part: { kind: 'retry-prompt', content: TEXT }, tokens: 100 },
    {
      what: 'complaints',
      part: { kind: 'retry-prompt', content: [{ path: 'aaaa', message: TEXT }] },
      tokens: 105,
    },
    {
      what: 'an item of the provider',
      part: { kind: 'provider-item', providerName: 'openai', item: { a: 'aa' } },
      tokens: 3,
    },
  ])('$what', ({ part, tokens }) => {
    expect(estimatePartTokens(part)).toBe(FRAME + tokens);
  });

  it.each<{
    what: string;
    content: Extract<RequestPart, { kind: 'user-prompt' }>['content'];
    tokens: number;
  }>([
    { what: 'a text', content: [{ kind: 'text', text: TEXT }], tokens: 100 },
    {
      what: 'an image',
      content: [{ kind: 'binary', mediaType: 'image/png', data: DATA }],
      tokens: IMAGE_TOKENS,
    },
    {
      what: 'the address of an image',
      content: [{ kind: 'image-url', url: 'https://a.example/x.png' }],
      tokens: IMAGE_TOKENS,
    },
    {
      what: 'a document',
      content: [{ kind: 'binary', mediaType: 'application/pdf', data: DATA }],
      tokens: FILE_TOKENS,
    },
    {
      what: 'the address of a recording',
      content: [{ kind: 'audio-url', url: 'https://a.example/x.mp3' }],
      tokens: FILE_TOKENS,
    },
    {
      what: 'a text file, which is read as text',
      content: [{ kind: 'binary', mediaType: 'text/plain', data: DATA }],
      tokens: 750,
    },
  ])('of a prompt: $what', ({ content, tokens }) => {
    expect(estimatePartTokens({ kind: 'user-prompt', content })).toBe(FRAME + FRAME + tokens);
  });
});

describe('JSON', () => {
  it('counts as much as its text, without what is escaped in it', () => {
    const words = fc.stringMatching(/^[a-zäß字 ]*$/);
    const values = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(words, fc.integer(), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { minLength: 1 }),
        fc.dictionary(words, tie('value'), { minKeys: 1 }),
      ),
    })).value;
    fc.assert(
      fc.property(values, (content) => {
        const text = typeof content === 'string' ? content : JSON.stringify(content);
        const tokens = Math.ceil(Buffer.byteLength(text) / 4);
        expect(estimatePartTokens(returned('a', content))).toBe(FRAME + tokens);
      }),
    );
  });

  it('is counted without being written: a result of megabytes is no burden', () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, text: TEXT.slice(0, 100) }));
    const stringify = jest.spyOn(JSON, 'stringify');
    const tokens = estimateTokens(request(returned('a', rows)));
    expect(stringify).not.toHaveBeenCalled();
    stringify.mockRestore();
    expect(tokens).toBe(FRAME + Math.ceil(JSON.stringify(rows).length / 4));
  });
});

it('a message has what its parts have', () => {
  const parts = [user(TEXT), returned('a', TEXT)];
  const message: ModelMessage = request(...parts);
  expect(estimateTokens(message)).toBe(
    estimatePartTokens(user(TEXT)) + estimatePartTokens(returned('a', TEXT)),
  );
  expect(estimateTokens(response())).toBe(0);
});
