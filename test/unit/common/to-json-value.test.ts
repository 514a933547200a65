import * as fc from 'fast-check';
import { toJsonValue } from '../../../src/common/to-json-value';

describe('a value as JSON keeps it', () => {
  it('is what JSON.stringify and JSON.parse make of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(toJsonValue(value))).toBe(JSON.stringify(value));
        expect(toJsonValue(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    [undefined, null],
    [null, null],
    [-0, 0],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new URL('https://example.com'), 'https://example.com/'],
    [{ kept: 1, dropped: undefined }, { kept: 1 }],
    [
      [undefined, 1],
      [null, 1],
    ],
    [Object.create(null, { a: { value: 1, enumerable: true } }), { a: 1 }],
    [Buffer.from('a'), { type: 'Buffer', data: [97] }],
    [
      new (class Point {
        x = 1;
        get y() {
          return 2;
        }
      })(),
      { x: 1 },
    ],
    [{ toJSON: () => ({ inner: new Date(0) }) }, { inner: '1970-01-01T00:00:00.000Z' }],
  ])('%p becomes %j', (value: unknown, expected) => {
    expect(toJsonValue(value)).toEqual(expected);
  });

  it('keeps a key that is named like the prototype', () => {
    const value = JSON.parse('{"__proto__":{"a":1}}') as unknown;
    expect(JSON.stringify(toJsonValue(value))).toBe('{"__proto__":{"a":1}}');
  });

  it('may hold one object twice, as long as not within itself', () => {
    const shared = { a: 1 };
    expect(toJsonValue([shared, { shared }])).toEqual([{ a: 1 }, { shared: { a: 1 } }]);
  });

  it.each<[string, unknown]>([
    ['result is NaN, which is not JSON', NaN],
    ['result.rate is Infinity, which is not JSON', { rate: Infinity }],
    ['result is a bigint, which is not JSON', 1n],
    ['result.list[1] is a function, which is not JSON', { list: [1, () => 1] }],
    ['result is a symbol, which is not JSON', Symbol('a')],
    ['result.seen is a Map, which is not JSON', { seen: new Map() }],
    ['result[0] is a Set, which is not JSON', [new Set()]],
    ['result is a Promise, which is not JSON', Promise.resolve()],
    ['result is a Uint8Array, which is not JSON', new Uint8Array(1)],
    ['result is a RegExp, which is not JSON', /a/],
    ['result is an Error, which is not JSON', new Error('a')],
  ])('%s', (message, value) => {
    expect(() => toJsonValue(value, 'result')).toThrow(new TypeError(message));
  });

  it('says where an object holds itself', () => {
    const loop: { inner: { back?: unknown } } = { inner: {} };
    loop.inner.back = loop;
    expect(() => toJsonValue(loop, 'result')).toThrow(
      'result.inner.back refers back to an object that holds it',
    );
  });
});
