import { PayloadTooLargeError } from '../../../src/common/errors';
import { fittingSize } from '../../../src/common/payload-size';
import { assertRequestFits } from '../../../src/common/run-request';
import { MAX_PAYLOAD_BYTES as LIMIT } from '../../../src/common/size-limits';

describe('the size of a value to be recorded', () => {
  it.each([
    ['text', 6],
    ['é', 4],
    ['😀', 6],
    ['\u0000', 8],
    ['\ud800', 8],
    [{ a: [1, null] }, 14],
    [undefined, 0],
  ])('of %j is %d bytes', (value, size) => {
    expect(fittingSize(value, 'x')).toBe(size);
  });

  it('may be the limit', () => {
    expect(fittingSize('x'.repeat(LIMIT - 2), 'x')).toBe(LIMIT);
    expect(fittingSize('é'.repeat((LIMIT - 2) / 2), 'x')).toBe(LIMIT);
  });

  it('may not be more, and the error says of what', () => {
    const measure = (): unknown => fittingSize('x'.repeat(LIMIT - 1), "the result of tool 'add'");
    expect(measure).toThrow(PayloadTooLargeError);
    expect(measure).toThrow(
      expect.objectContaining({
        message: "the result of tool 'add' is 1900001 bytes long; at most 1900000 can be recorded",
        field: "the result of tool 'add'",
        size: LIMIT + 1,
        limit: LIMIT,
      }) as Error,
    );
  });
});

describe('a request for a run', () => {
  const half = 'x'.repeat(LIMIT / 2);

  it('fits when its only field does', () => {
    expect(() => assertRequestFits({ prompt: 'x'.repeat(LIMIT - 2) })).not.toThrow();
    expect(() => assertRequestFits({})).not.toThrow();
  });

  it('is refused by the name of the field that is too large', () => {
    expect(() => assertRequestFits({ prompt: 'x', deps: half + half })).toThrow(/^deps is 1900002 bytes/);
  });

  it('is refused when its fields fit one by one only', () => {
    expect(() => assertRequestFits({ prompt: half, deps: half })).toThrow(
      /^prompt and options together is 19000\d\d bytes/,
    );
  });
});
