import type { ContenderName } from '../../contenders/contender';
import { summaryOf } from '../compare';
import { COLORS, LABELS } from '../contender-names';
import type { Section } from '../page';
import type { Specification } from './plot';

/** One number of one contender, with where the middle half of the rounds lies. */
export interface Point {
  readonly contender: string;
  /** What it was measured at. */
  readonly x: string | number;
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Series {
  /** A figure of the case for each place. */
  readonly figures: Readonly<Record<string, string | number>>;
  /** What numbers are divided by. @default 1 */
  readonly unit?: number;
}

/** What all contenders reached in several figures of a case; figures by id, with their place. */
export function toPoints({ case: one, results }: Section, { figures, unit = 1 }: Series): Point[] {
  return one.contenders.flatMap(({ name }) =>
    Object.entries(figures).flatMap(([id, x]) => {
      const summary = summaryOf(results.samples[name], id);
      if (summary === undefined) return [];
      const [median, lower, upper] = [summary.median, summary.lowerQuartile, summary.upperQuartile].map(
        (value) => value / unit,
      ) as [number, number, number]; // three in, three out
      return [{ contender: LABELS[name], x, median, lower, upper }];
    }),
  );
}

/** Each contender in its colour, in the order of the case. */
export function contenderColor({ case: one }: Section): Specification {
  const names: ContenderName[] = one.contenders.map(({ name }) => name);
  return {
    field: 'contender',
    type: 'nominal',
    scale: { domain: names.map((name) => LABELS[name]), range: names.map((name) => COLORS[name]) },
  };
}

/** Bars side by side, with the middle half of the rounds as a line on each. */
export function groupedBars(
  section: Section,
  points: readonly Point[],
  axes: { readonly x: string; readonly y: string },
): Specification {
  const color = contenderColor(section);
  const axis = { labelAngle: 0, labelLimit: 0, labelExpr: "split(datum.label, ', ')" }; // a line each
  const x = { field: 'x', type: 'nominal', sort: null, title: axes.x, axis };
  const xOffset = { field: 'contender', sort: section.case.contenders.map(({ name }) => LABELS[name]) };
  return {
    width: { step: 34 },
    height: 220,
    data: { values: points },
    encoding: { x, xOffset },
    layer: [
      {
        mark: { type: 'bar', cornerRadiusEnd: 2 },
        encoding: { y: { field: 'median', type: 'quantitative', title: axes.y }, color },
      },
      {
        mark: { type: 'rule', color: '#111827' },
        encoding: { y: { field: 'lower', type: 'quantitative' }, y2: { field: 'upper' } },
      },
    ],
  };
}
