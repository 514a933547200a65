import type { Figure, Figures, Target } from '../cases/case';
import { summarize, type Summary } from '../measure/statistics';
import type { CaseResults } from '../results';

type Rounds = readonly Figures[] | undefined;

/** What one contender reached in all rounds; `undefined` when it did not get that far. */
export function summaryOf(rounds: Rounds, id: string): Summary | undefined {
  return summarizeKnown((rounds ?? []).map((figures) => figures[id]));
}

/** Round by round, so that what slowed both of a round down does not count. */
export function ratioOf(rounds: Rounds, against: Rounds, id: string): Summary | undefined {
  return summarizeKnown((rounds ?? []).map((figures, index) => divide(figures[id], against?.[index]?.[id])));
}

function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined ? undefined : value / by;
}

function summarizeKnown(values: readonly (number | undefined)[]): Summary | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : summarize(known);
}

/** Whether something was reached. */
export interface Verdict {
  readonly case: number;
  readonly figure: Figure;
  readonly target: Target;
  readonly measured: Summary;
  readonly reached: boolean;
}

/** Nothing for what was not measured. */
export function verdictsOf({ number, samples }: CaseResults, figure: Figure): Verdict[] {
  return (figure.targets ?? []).flatMap((target) => {
    const rounds = samples[target.of ?? 'perdure'];
    const measured =
      target.against === undefined
        ? summaryOf(rounds, figure.id)
        : ratioOf(rounds, samples[target.against], figure.id);
    if (measured === undefined) return [];
    return [{ case: number, figure, target, measured, reached: isReached(target, measured.median) }];
  });
}

function isReached(target: Target, value: number): boolean {
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}
