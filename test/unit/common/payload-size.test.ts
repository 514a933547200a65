import { PayloadTooLargeError } from '../../../src/common/errors';
import { fittingSize, IN_HEARTBEAT, IN_HISTORY, IN_STORAGE } from '../../../src/common/payload-size';
import { assertRequestFits } from '../../../src/common/run-request';
import {
  MAX_PAYLOAD_BYTES as LIMIT,
  MAX_STORED_PAYLOAD_BYTES as STORED,
} from '../../../src/common/size-limits';

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
        message:
          "the result of tool 'add' is 1900001 bytes long; at most 1900000 can be recorded, or 33554432 with the option storage",
        field: "the result of tool 'add'",
        size: LIMIT + 1,
        limit: LIMIT,
      }) as Error,
    );
  });
});

describe('the room for a value', () => {
  it('is larger with a storage, which has a limit, too', () => {
    const measure = (length: number): number => fittingSize('x'.repeat(length - 2), 'deps', IN_STORAGE);
    expect(measure(STORED)).toBe(STORED);
    expect(() => measure(STORED + 1)).toThrow('deps is 33554433 bytes long; at most 33554432 can be stored');
  });

  it('is not larger for a heartbeat: no option would help', () => {
    expect(() => fittingSize('x'.repeat(LIMIT), 'the heartbeat', IN_HEARTBEAT)).toThrow(
      /at most 1900000 can be recorded$/,
    );
  });
});

describe('a request for a run', () => {
  const half = 'x'.repeat(LIMIT / 2);

  it('fits when its only field does', () => {
    expect(() => assertRequestFits({ prompt: 'x'.repeat(LIMIT - 2) }, IN_HISTORY)).not.toThrow();
    expect(() => assertRequestFits({}, IN_HISTORY)).not.toThrow();
  });

  it('is refused by the name of the field that is too large', () => {
    expect(() => assertRequestFits({ prompt: 'x', deps: half + half }, IN_HISTORY)).toThrow(
      /^deps is 1900002 bytes/,
    );
  });

  it('is refused by the room that it is given', () => {
    expect(() => assertRequestFits({ prompt: half, deps: half }, IN_STORAGE)).not.toThrow();
  });

  it('is refused when its fields fit one by one only', () => {
    expect(() => assertRequestFits({ prompt: half, deps: half }, IN_HISTORY)).toThrow(
      /^prompt and options together is 19000\d\d bytes/,
    );
  });
});
