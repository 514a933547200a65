// What `runSync` gives and throws, in a process of its own: it cannot be used beside a worker.
import type { WholeCall } from '../processes/run-sync-whole';
import type { DescribedError } from './describe-error';
import type { DescribedResult } from './describe-result';
import { startProgram } from './child';

export interface WholeReport {
  readonly result?: DescribedResult;
  readonly error?: DescribedError;
}

export async function runSyncWhole(calls: readonly WholeCall[]): Promise<WholeReport[]> {
  const child = startProgram('run-sync-whole', calls);
  const { code } = await child.ended;
  if (code !== 0) throw new Error(`the program ended with ${code}:\n${child.stderr}`);
  const lines = child.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as WholeReport); // written by the program
}
