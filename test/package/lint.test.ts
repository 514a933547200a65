import { execFileSync } from 'node:child_process';
import path from 'node:path';

/* A fence with a hole looks like a fence. Each line would be a fault in that file, and the rule must say so. */
const PATHS = 'import-x/no-restricted-paths';
const SYNTAX = 'no-restricted-syntax';
const PACKAGES = '@typescript-eslint/no-restricted-imports';

/** By file: faulty lines, and the rule that refuses each. */
const FAULTS: Record<string, Record<string, string>> = {
  'src/index.ts': { "import './client';": PATHS },
  'src/common/usage.ts': {
    "import './options';": PATHS,
    "import '../client';": PATHS,
    'let last: unknown; export const note = (value: unknown) => (last = value);': SYNTAX,
  },
  'src/common/options.ts': { "import 'openai';": PACKAGES },
  'src/connection/settings.ts': { "import { Worker } from '@temporalio/worker';": PACKAGES },
  'src/workflows/failure.ts': {
    "import '../activities';": PATHS,
    "import '../common/duration';": PATHS,
    "import 'zod';": PACKAGES,
    "import 'node:fs';": PACKAGES,
    'try { toFailure; } catch (error) { throw error; }': SYNTAX,
    'export const known = new Map<string, string>();': SYNTAX,
    'export const all: string[] = [];': SYNTAX,
  },
  'src/workflows/loop/state.ts': {
    "import '@temporalio/workflow';": PACKAGES,
    "import '../failure';": PATHS,
  },
  'src/activities/services.ts': { "import '../workflows';": PATHS, "import 'openai';": PACKAGES },
  'src/worker/plugin.ts': { "import '../workflows';": PATHS },
  'src/client/ui-url.ts': {
    "import '../activities';": PATHS,
    "import '../workflows';": PATHS,
    "import '../worker';": PATHS,
    "import '@temporalio/worker';": PACKAGES,
    'export default 1;': 'import-x/no-default-export',
    'export const wrong: number = findUiUrl as never;': 'house/explained-assertions',
  },
  'src/testing/answer.ts': { "import '../client';": PATHS },
  'src/dev-server/database.ts': { "import '../connection';": PATHS },
};

const faults = Object.entries(FAULTS).map(([file, lines]) => [file, Object.keys(lines)] as const);
const linter = path.join(__dirname, 'lint-lines.mjs');
const answers = JSON.parse(
  execFileSync(process.execPath, [linter], {
    input: JSON.stringify(Object.fromEntries(faults)),
    encoding: 'utf8',
  }),
) as Record<string, readonly (readonly string[])[]>;

it.each(faults.flatMap(([file, lines]) => lines.map((line, index) => ({ file, line, index }))))(
  'lint refuses $line in $file',
  ({ file, line, index }) => {
    expect(answers[file]?.[index]).toContain(FAULTS[file]?.[line]);
  },
);
