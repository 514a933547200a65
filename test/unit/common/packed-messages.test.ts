import { gzipSync } from 'node:zlib';
import { UserError } from '../../../src/common/errors';
import { assertPackedMessages, historyOf, packMessages } from '../../../src/common/packed-messages';
import { request, response, said, user } from '../../support/messages';

const messages = [request(user('Where is \ud83d order 字?')), response(said('Here.'))];
const pack = (value: unknown) => ({ gzip: gzipSync(JSON.stringify(value)).toString('base64') });

describe('packed messages', () => {
  it('are the same when they are unpacked', () => {
    const packed = JSON.parse(JSON.stringify(packMessages(messages))) as ReturnType<typeof packMessages>; // as it crosses
    expect(historyOf({ messageHistory: packed })).toEqual(messages);
  });

  it('are a fraction of their size', () => {
    const long = Array.from({ length: 5_000 }, (_, index) =>
      request(user(`Where is order ${index}? `.repeat(20))),
    );
    expect(packMessages(long).gzip.length).toBeLessThan(JSON.stringify(long).length / 10);
  });

  it('are made the same way each time, so that a repeated start is the same one', () => {
    expect(packMessages(messages)).toEqual(packMessages(messages));
  });

  it('may also be messages that are not packed, or none', () => {
    expect(historyOf({ messageHistory: messages })).toBe(messages);
    expect(historyOf({})).toEqual([]);
  });
});

describe('packed messages of others than this library', () => {
  it('are taken when they are what they are said to be', () => {
    expect(() => {
      assertPackedMessages({ messageHistory: packMessages(messages) }, 'run');
    }).not.toThrow();
  });

  it.each([
    ['no gzip', { gzip: 'aGVsbG8=' }, 'messageHistory.gzip: expected the base64 of gzipped JSON'],
    ['nothing', { gzip: '' }, 'messageHistory.gzip: expected the base64 of gzipped JSON'],
    [
      'no JSON',
      { gzip: gzipSync('hello').toString('base64') },
      'messageHistory.gzip: expected the base64 of',
    ],
    ['other JSON', pack({ a: 1 }), 'messageHistory: '],
    [
      'a bad field',
      pack([{ kind: 'request', parts: [{ kind: 'user-prompt' }] }]),
      'messageHistory.0.parts.0.content: ',
    ],
  ])(
    'are a UserError that says what is wrong: %s (bug: the run tried again and again)',
    (_, messageHistory, complaint) => {
      const check = (): void => {
        assertPackedMessages({ messageHistory }, "run of agent 'a'");
      };
      expect(check).toThrow(UserError);
      expect(check).toThrow(`run of agent 'a': ${complaint}`);
    },
  );
});
