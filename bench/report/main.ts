// npx tsx bench/report/main.ts [FILE…]: RESULTS.md and its plots, from files of bench/results/. See README.md.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CASES } from '../cases';
import { readResults, REPORTED_FILE, writeResults } from '../results';
import { mergeResults } from './merge-results';
import { type Plot, type Section, toPage } from './page';
import { PLOTS } from './plots';
import { renderSvg } from './render-svg';

const BENCH = path.join(__dirname, '..');

async function main(files: readonly string[]): Promise<void> {
  const results = mergeResults(await Promise.all(files.map(readResults)));
  const sections = CASES.flatMap((one): Section[] => {
    const found = results.cases.find(({ number }) => number === one.number);
    return found === undefined ? [] : [{ case: one, results: found }];
  });
  const plots = await drawPlots(sections);
  const page = path.join(BENCH, 'RESULTS.md');
  const style = await resolveConfig(page);
  await writeFile(page, await format(toPage(results, sections, plots), { ...style, parser: 'markdown' }));
  await writeResults(REPORTED_FILE, results);
}

async function drawPlots(sections: readonly Section[]): Promise<Plot[]> {
  await mkdir(path.join(BENCH, 'plots'), { recursive: true });
  const drawn: Plot[] = [];
  for (const { draw, name, ...plot } of PLOTS) {
    const specification = draw(sections);
    if (specification === undefined) continue;
    const file = `plots/${name}.svg`;
    await writeFile(path.join(BENCH, file), await renderSvg({ title: plot.title, ...specification }));
    drawn.push({ ...plot, path: file });
  }
  return drawn;
}

const files = process.argv.slice(2);

main(files.length === 0 ? [REPORTED_FILE] : files).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
