import type { Figure } from '../../../bench/cases/case';
import { ratioOf, verdictsOf } from '../../../bench/report/compare';
import { mergeResults } from '../../../bench/report/merge-results';
import type { CaseResults, Results } from '../../../bench/results';

const rounds = (...times: number[]) => times.map((time) => ({ time }));

function results(one: Partial<CaseResults>, cores = 2): Results {
  const environment = {
    cores,
    cpu: 'x',
    memoryGiB: 1,
    system: 'x',
    node: '1',
    temporalServer: '1',
    packages: {},
  };
  const measured = { number: 1, date: 'd', command: 'c', commit: 'c', small: false, samples: {}, ...one };
  return { environment, cases: [measured] };
}

describe('a ratio', () => {
  it('is taken within each round: what slowed a whole round does not count', () => {
    // Of the medians it would be 20 / 10.
    expect(ratioOf(rounds(20, 11, 60), rounds(20, 10, 50), 'time')?.median).toBe(1.1);
  });

  it('is nothing where one side was not measured', () => {
    expect(ratioOf(rounds(1), undefined, 'time')).toBeUndefined();
    expect(ratioOf(rounds(1), [{}], 'time')).toBeUndefined();
  });
});

describe('a target', () => {
  const figure = (target: NonNullable<Figure['targets']>[number]): Figure => ({
    id: 'time',
    label: 'time',
    unit: 'ms',
    targets: [target],
  });
  const { cases } = results({ samples: { perdure: rounds(12), 'floor-delta': rounds(10) } });
  const reached = (target: NonNullable<Figure['targets']>[number]) =>
    cases.flatMap((one) => verdictsOf(one, figure(target))).map((verdict) => verdict.reached);

  it.each([
    [{ atMost: 12 }, true],
    [{ atMost: 11.9 }, false],
    [{ atLeast: 12 }, true],
    [{ atLeast: 12.1 }, false],
    [{ atMost: 1.2, against: 'floor-delta' as const }, true],
    [{ atMost: 1.19, against: 'floor-delta' as const }, false],
    [{ atMost: 10, of: 'floor-delta' as const }, true],
  ])('%j is reached: %s', (target, is) => {
    expect(reached(target)).toEqual([is]);
  });

  it('is not judged where nothing was measured', () => {
    expect(reached({ atMost: 1, against: 'floor-whole' })).toEqual([]);
  });
});

describe('several files of results', () => {
  it('become one: of a case measured twice the last one counts', () => {
    const merged = mergeResults([
      results({ number: 2, date: 'old' }),
      results({ number: 1 }),
      results({ number: 2, date: 'new' }),
    ]);
    expect(merged.cases.map(({ number, date }) => [number, date])).toEqual([
      [1, 'd'],
      [2, 'new'],
    ]);
  });

  it('do not when they say nothing together', () => {
    expect(() => mergeResults([results({}), results({}, 4)])).toThrow('different machines or versions');
    expect(() => mergeResults([results({ number: 3, small: true })])).toThrow('case 3: figures of --small');
    expect(() => mergeResults([])).toThrow('there are no results');
  });
});
