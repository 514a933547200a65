import { median, summarize } from '../../../bench/measure/statistics';

describe('what was measured', () => {
  it.each([
    [[3], 3],
    [[3, 1], 2],
    [[5, 1, 3], 3],
    [[10, 2, 8, 4], 6],
  ])('has a middle: of %j it is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('has quartiles, on a straight line between two values', () => {
    expect(summarize([1, 2, 3, 4, 5])).toEqual({ median: 3, lowerQuartile: 2, upperQuartile: 4 });
    expect(summarize([1, 2])).toEqual({ median: 1.5, lowerQuartile: 1.25, upperQuartile: 1.75 });
  });

  it('is nothing when nothing was measured', () => {
    expect(median([])).toBeNaN();
  });
});
