import { parseArgs } from 'node:util';
import { CASES } from './cases';
import type { Case } from './cases/case';

export interface CommandLine {
  readonly cases: readonly Case[];
  readonly pairs: number;
  readonly small: boolean;
  readonly profile: boolean;
  readonly output: string | undefined;
}

const USAGE = `npm run bench -- [options]
  --case N      one case, or several: --case 1 --case 2   (all)
  --pairs N     rounds in which all contenders take turns; an even number   (6)
  --small       small sizes, to see whether everything works; the figures mean nothing
  --cpu-prof    keep a CPU profile of each worker in bench/profiles/, for Chrome's developer tools
  --output FILE where the results go   (bench/results/<date>.json)
`;

/** Ends the process, with what can be said, where something else was said. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    return parse(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

function parse(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', multiple: true },
      pairs: { type: 'string', default: '6' },
      small: { type: 'boolean', default: false },
      'cpu-prof': { type: 'boolean', default: false },
      output: { type: 'string' },
    },
  });
  const pairs = Number(values.pairs);
  if (!Number.isInteger(pairs) || pairs < 1) throw new Error(`--pairs ${values.pairs}: expected 1 or more`);
  return {
    cases: values.case?.map(caseOf) ?? CASES,
    pairs,
    small: values.small,
    profile: values['cpu-prof'],
    output: values.output,
  };
}

function caseOf(text: string): Case {
  const found = CASES.find(({ number }) => String(number) === text);
  if (found !== undefined) return found;
  throw new Error(`--case ${text}: there are ${CASES.map(({ number }) => number).join(', ')}`);
}
