// npm run bench: see README.md.
import path from 'node:path';
import { readCommandLine } from './command-line';
import { commit, environmentOf } from './measure/environment';
import { type CaseResults, newResultsFile, type Results, writeResults } from './results';
import { runCase } from './run-case';

function tell(message: string): void {
  process.stdout.write(`${message}\n`);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { cases, pairs, small, profile, output } = readCommandLine(args);
  const file = output ?? newResultsFile(new Date());
  const profiles = profile ? path.join(__dirname, 'profiles') : undefined;
  const done: CaseResults[] = [];
  for (const one of cases) {
    const date = new Date().toISOString();
    const { samples, serverVersion } = await runCase(one, { rounds: pairs, small, profiles, tell });
    const command = ['npm run bench --', ...args].join(' ');
    done.push({ number: one.number, date, command, commit: commit(), small, samples });
    const results: Results = { environment: environmentOf(serverVersion), cases: done };
    await writeResults(file, results); // after each case: what was measured is kept, whatever comes
  }
  tell(`Results: ${path.relative(process.cwd(), file)}`);
}

main().then(
  () => process.exit(0), // a client that is closing would keep it alive for a while
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
