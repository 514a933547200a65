import * as fc from 'fast-check';
import {
  addUsage,
  fromRecordedUsage,
  NO_USAGE,
  toRecordedUsage,
  type Usage,
  withResponseUsage,
} from '../../../src/common/usage';
import { responseUsage } from '../loop/recordings';

const usage: fc.Arbitrary<Usage> = fc
  .array(fc.record({ response: responseUsage, toolCalls: fc.nat(5) }), { maxLength: 4 })
  .map((entries) =>
    entries.reduce(
      (sum, { response, toolCalls }) => addUsage(withResponseUsage(sum, response), { toolCalls }),
      NO_USAGE,
    ),
  );

function frozen({ details, ...counters }: Usage): Usage {
  return Object.freeze({ ...counters, details: Object.freeze(details) });
}

const pairs = (property: (left: Usage, right: Usage) => void) =>
  fc.assert(fc.property(usage, usage, property));

describe('adding usages', () => {
  it('changes neither, also when they are frozen', () => {
    pairs((left, right) => {
      const before = structuredClone([left, right]);
      addUsage(frozen(left), frozen(right));
      expect([left, right]).toEqual(before);
    });
  });

  it('gives the same in either order', () => {
    pairs((left, right) => expect(addUsage(left, right)).toEqual(addUsage(right, left)));
  });

  it('gives the same however it is grouped', () => {
    fc.assert(
      fc.property(usage, usage, usage, (a, b, c) => {
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
      }),
    );
  });

  it('gives the same when nothing is added', () => {
    pairs((left) => {
      expect(addUsage(left, NO_USAGE)).toEqual(left);
      expect(addUsage(left, {})).toEqual(left);
    });
  });

  it('keeps totalTokens the sum of input and output tokens', () => {
    pairs((left, right) => {
      const sum = addUsage(left, { ...right, totalTokens: 12345 });
      expect(sum.totalTokens).toBe(sum.inputTokens + sum.outputTokens);
    });
  });

  it('sums the details by key, own keys only (bug: `constructor` was added to what objects inherit)', () => {
    const details = (record: Record<string, number>): Usage => ({ ...NO_USAGE, details: record });
    const sum = addUsage(
      details({ images: 1, ['__proto__']: 1 }),
      details({ images: 2, constructor: 3, ['__proto__']: 4 }),
    );
    expect(new Map(Object.entries(sum.details))).toEqual(
      new Map([
        ['__proto__', 5],
        ['constructor', 3],
        ['images', 3],
      ]),
    );
  });

  it.each([
    ['none', {}, {}, undefined],
    ['one', { cost: 0.5 }, {}, 0.5],
    ['the other', {}, { cost: 0.25 }, 0.25],
    ['both', { cost: 0.5 }, { cost: 0.25 }, 0.75],
  ])('has a cost when %s has one', (_, left, right, expected) => {
    const sum = addUsage({ ...NO_USAGE, ...left }, right);
    expect(sum.cost).toBe(expected);
    expect('cost' in sum).toBe(expected !== undefined);
  });
});

describe('a response', () => {
  it('adds one request and its tokens', () => {
    expect(withResponseUsage(NO_USAGE, { inputTokens: 3, outputTokens: 2, cacheReadTokens: 1 })).toEqual({
      ...NO_USAGE,
      requests: 1,
      inputTokens: 3,
      outputTokens: 2,
      cacheReadTokens: 1,
      totalTokens: 5,
    });
  });
});

describe('a usage as it is recorded at every step', () => {
  it('leaves out zeros, the total, and details when there are none', () => {
    expect(toRecordedUsage(NO_USAGE)).toEqual({});
    const spent = addUsage(NO_USAGE, { requests: 2, inputTokens: 3, cost: 0.1, details: { images: 1 } });
    expect(toRecordedUsage(spent)).toEqual({
      requests: 2,
      inputTokens: 3,
      cost: 0.1,
      details: { images: 1 },
    });
  });

  it('is the same when it is read', () => {
    const spent = addUsage(NO_USAGE, {
      toolCalls: 1,
      inputTokens: 3,
      outputTokens: 4,
      details: { images: 1 },
    });
    expect(fromRecordedUsage(toRecordedUsage(spent))).toEqual(spent);
    expect(fromRecordedUsage(toRecordedUsage(NO_USAGE))).toEqual(NO_USAGE);
  });
});
