import type { Case } from '../cases/case';
import type { CaseResults, Results } from '../results';
import { type Verdict, verdictsOf } from './compare';
import { caseTable, verdictTable } from './tables';

export interface Section {
  readonly case: Case;
  readonly results: CaseResults;
}

export interface Plot {
  /** Its file, beside RESULTS.md. */
  readonly path: string;
  readonly title: string;
  /** The case that it belongs to; none for all of them. */
  readonly case?: number;
}

/** RESULTS.md. */
export function toPage(
  { environment }: Results,
  sections: readonly Section[],
  plots: readonly Plot[],
): string {
  const { cpu, cores, memoryGiB, system, node, temporalServer, packages } = environment;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    '# Results of the benchmark',
    'Made by `bench/report` from `bench/results/reported.json`; not to be edited. What is measured, how, and what it does not show: [README.md](README.md).',
    'Numbers are medians over rounds in which the contenders took turns; in brackets the middle half of them. A ratio is taken within each round.',
    `**Machine**: ${cpu}, ${cores} cores, ${memoryGiB} GB, ${system}. **Versions**: Node ${node}, Temporal server ${temporalServer}, ${versions.join(', ')}.`,
    '## What was to be reached',
    ...plotsOf(plots, undefined),
    verdictTable(allVerdicts(sections)),
    ...sections.flatMap((section) => toSection(section, plots)),
    '',
  ].join('\n\n');
}

export function allVerdicts(sections: readonly Section[]): Verdict[] {
  return sections.flatMap(({ case: one, results }) =>
    one.figures.flatMap((figure) => verdictsOf(results, figure)),
  );
}

function toSection({ case: one, results }: Section, plots: readonly Plot[]): string[] {
  const rounds = Math.max(...Object.values(results.samples).map((samples) => samples.length));
  return [
    `## ${one.number}. ${one.title}`,
    one.about,
    ...plotsOf(plots, one.number),
    caseTable(one, results),
    `${results.date.slice(0, 10)}, commit ${results.commit}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}: \`${results.command}\``,
  ];
}

function plotsOf(plots: readonly Plot[], number: number | undefined): string[] {
  return plots.filter((plot) => plot.case === number).map(({ title, path }) => `![${title}](${path})`);
}
