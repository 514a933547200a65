import { isDeepStrictEqual } from 'node:util';
import type { Results } from '../results';

/**
 * One set of results out of several; of a case that was measured more than once, the last one counts.
 * @throws {Error} for small results, and for results of different machines or versions: they say nothing together.
 */
export function mergeResults(all: readonly Results[]): Results {
  const [first] = all;
  if (first === undefined) throw new Error('there are no results');
  if (all.some(({ environment }) => !isDeepStrictEqual(environment, first.environment))) {
    throw new Error('these results come from different machines or versions');
  }
  const cases = all.flatMap((results) => results.cases);
  const small = cases.find((one) => one.small);
  if (small !== undefined) throw new Error(`case ${small.number}: figures of --small mean nothing`);
  const latest = new Map(cases.map((one) => [one.number, one]));
  const inOrder = [...latest.values()].toSorted((one, other) => one.number - other.number);
  return { environment: first.environment, cases: inOrder };
}
