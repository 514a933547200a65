import * as fc from 'fast-check';
import { defaultPayloadConverter } from '@temporalio/common';
import {
  isJsonObject,
  jsonBytes,
  ownValue,
  takeCharacters,
  toOneLine,
  utf8Bytes,
} from '../../../src/common/json';
import { cutText } from '../../../src/common/size-limits';

/** Any sequence of UTF-16 code units, halves of surrogate pairs included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom('\ud83d', '\ude00', '\ud83d\ude00', 'a', 'é', '€')).map((units) => units.join('')),
);
const isWellFormed = (text: string): boolean => Buffer.from(text).toString() === text;

describe('utf8Bytes', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\u007f\u0080', 3],
    ['\u07ff\u0800', 5],
    ['\uffff\u{10000}', 7],
    ['\ud83d', 3],
    ['\ude00\ud83d', 6],
  ])('of %j are %i', (text, bytes) => {
    expect(utf8Bytes(text)).toBe(bytes);
  });

  it('are as many as Buffer and TextEncoder write, which replace half a surrogate pair by U+FFFD', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
        expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });
});

describe('jsonBytes', () => {
  it('is the size that the payload converter writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(jsonBytes(value)).toBe(defaultPayloadConverter.toPayload(value).data?.length);
      }),
    );
  });

  it('counts half a surrogate pair as the escape that JSON makes of it', () => {
    expect(jsonBytes('\ud83d')).toBe('"\\ud83d"'.length);
  });

  it('is 0 for what JSON leaves out', () => {
    expect(jsonBytes(undefined)).toBe(0);
  });
});

describe('toOneLine', () => {
  it.each([
    ['a short text', 'hello', 'hello'],
    ['line breaks and tabs', ' a\n\n\tb\r\nc ', 'a b c'],
    ['a long text', 'hello world', 'hello w…'],
    ['a text that just fits', 'hello wo', 'hello wo'],
    ['whitespace only', ' \n ', ''],
  ])('makes one short line of %s', (_, text, expected) => {
    expect(toOneLine(text, 8)).toBe(expected);
  });

  it('never is longer than asked, and has no line break', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, length) => {
        const line = toOneLine(text, length);
        expect(line.length).toBeLessThanOrEqual(length);
        expect(line).not.toMatch(/[\r\n\u2028\u2029]/);
      }),
    );
  });
});

describe('a cut text', () => {
  it('says how much was cut', () => {
    expect(cutText('hello world', 5)).toBe('hello… (6 more characters)');
    expect(cutText('hello', 5)).toBe('hello');
  });

  it('does not end in half a surrogate pair (bug: protobuf wrote invalid UTF-8)', () => {
    expect(takeCharacters('a😀b', 2)).toBe('a');
    expect(takeCharacters('a😀b', 3)).toBe('a😀');
    expect(toOneLine('a😀bc', 3)).toBe('a…');
    expect(cutText('a😀bc', 2)).toBe('a… (4 more characters)');
  });

  it('is valid UTF-8, whatever the text was (bug: half a surrogate pair in an error ended the worker)', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, length) => {
        expect(isWellFormed(takeCharacters(text, length))).toBe(true);
        expect(isWellFormed(cutText(text, length))).toBe(true);
        expect(isWellFormed(toOneLine(text, length + 1))).toBe(true);
      }),
    );
  });

  it('is a beginning of the text, at most one character shorter than asked', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, length) => {
        const taken = takeCharacters(text, length);
        expect(text.toWellFormed().startsWith(taken)).toBe(true);
        expect(taken.length).toBeLessThanOrEqual(length);
        expect(taken.length).toBeGreaterThanOrEqual(Math.min(text.length, length) - 1);
      }),
    );
  });
});

describe('ownValue', () => {
  it('finds what a record holds, and not what every object inherits', () => {
    const record: Record<string, number> = { a: 1, ['__proto__']: 2 };
    expect(ownValue(record, 'a')).toBe(1);
    expect(ownValue(record, '__proto__')).toBe(2);
    expect(ownValue(record, 'constructor')).toBeUndefined();
    expect(ownValue({}, '__proto__')).toBeUndefined();
  });
});

it.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['{}', false],
  [undefined, false],
])('isJsonObject(%j) is %s', (value, expected) => {
  expect(isJsonObject(value)).toBe(expected);
});
