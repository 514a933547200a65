import type { Case, Figure, Target } from '../cases/case';
import type { Contender } from '../contenders/contender';
import type { Summary } from '../measure/statistics';
import type { CaseResults } from '../results';
import { ratioOf, summaryOf, type Verdict } from './compare';
import { LABELS } from './contender-names';

const RATIO_DIGITS = 2;

/** Every number of a case, each beside its ratio to that of the second contender. */
export function caseTable({ contenders, figures }: Case, results: CaseResults): string {
  const [, base] = contenders;
  const head = ['', ...contenders.flatMap((contender) => headOf(contender, base))];
  const rows = figures.map((figure) => [
    withUnit(figure),
    ...contenders.flatMap((contender) => cellsOf(figure, contender, { base, results })),
  ]);
  return table(head, rows);
}

function headOf(contender: Contender, base: Contender | undefined): string[] {
  const label = LABELS[contender.name];
  return base === undefined || contender === base ? [label] : [label, 'ratio'];
}

function cellsOf(
  { id, digits = 1 }: Figure,
  contender: Contender,
  { base, results: { samples } }: { readonly base: Contender | undefined; readonly results: CaseResults },
): string[] {
  const rounds = samples[contender.name];
  const own = toText(summaryOf(rounds, id), digits);
  if (base === undefined || contender === base) return [own];
  return [own, toText(ratioOf(rounds, samples[base.name], id), RATIO_DIGITS)];
}

/** What was to be reached, and whether it was. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const head = ['case', '', 'measured', 'target', ''];
  return table(
    head,
    verdicts.map(({ case: number, figure, target, measured, reached }) => [
      String(number),
      target.of === undefined ? figure.label : `${figure.label} (${LABELS[target.of]})`,
      `${toText(measured, digitsOf(figure, target))}${unitOf(figure, target)}`,
      `${describeTarget(target)}${unitOf(figure, target)}`,
      reached ? 'reached' : '**missed**',
    ]),
  );
}

function digitsOf({ digits = 1 }: Figure, { against }: Target): number {
  return against === undefined ? digits : RATIO_DIGITS;
}

function unitOf({ unit }: Figure, { against }: Target): string {
  if (against !== undefined) return ` × ${LABELS[against]}`;
  return unit === '' ? '' : ` ${unit}`;
}

function describeTarget(target: Target): string {
  return 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
}

/** The median, and where the middle half of the rounds lies. */
function toText(summary: Summary | undefined, digits: number): string {
  if (summary === undefined) return '–';
  const [median, lower, upper] = [summary.median, summary.lowerQuartile, summary.upperQuartile].map((value) =>
    toNumber(value, digits),
  );
  return lower === upper ? `${median}` : `${median} (${lower}–${upper})`;
}

function toNumber(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function withUnit({ label, unit }: Figure): string {
  return unit === '' ? label : `${label}, ${unit}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
