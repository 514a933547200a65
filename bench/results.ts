import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Figures } from './cases/case';
import type { ContenderName } from './contenders/contender';
import type { Environment } from './measure/environment';

const FOLDER = path.join(__dirname, 'results');

/** The file that RESULTS.md and its plots are made from. */
export const REPORTED_FILE = path.join(FOLDER, 'reported.json');

/** What one case found, as it was measured: all summaries are made later. */
export interface CaseResults {
  readonly number: number;
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly commit: string;
  /** Only to see whether everything works: never reported. */
  readonly small: boolean;
  /** Of each contender, one entry for each round. */
  readonly samples: Readonly<Partial<Record<ContenderName, readonly Figures[]>>>;
}

export interface Results {
  readonly environment: Environment;
  readonly cases: readonly CaseResults[];
}

export async function readResults(file: string): Promise<Results> {
  return JSON.parse(await readFile(file, 'utf8')) as Results; // written by writeResults
}

export async function writeResults(file: string, results: Results): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** Where a run that begins now keeps its results. */
export function newResultsFile(now: Date): string {
  return path.join(FOLDER, `${now.toISOString().replaceAll(/[:.]/g, '-')}.json`);
}
