// npm test: everything that this machine can check, one result for all. Arguments are passed on to jest.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './ensure-chromium.mjs';
import { root, setUp } from './setup.mjs';

/** `recordings` is left to .ci/run: what it replays lies outside the repository. `long` is: npm run test:long. */
const PROJECTS = ['unit', 'deploy', 'package', 'replay', 'server'];

const CHECKS = [
  { name: 'format', command: ['prettier', 'bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: ['typescript', 'bin/tsc', '--noEmit'] },
  { name: 'lint', command: ['eslint', 'bin/eslint.js', '.'] },
  {
    name: 'tests',
    // What a failed test leaves open (a worker that was never run, a process) must not keep all from ending.
    command: [
      'jest',
      'bin/jest.js',
      '--forceExit',
      // Jest's own default leaves a core of two idle, and these tests mostly wait: for a server, a time-out, a new process.
      '--maxWorkers=2',
      '--selectProjects',
      ...PROJECTS,
      ...process.argv.slice(2),
    ],
  },
];

/** A project whose files moved away would be green for ever. */
function assertNoneIsEmpty() {
  for (const project of PROJECTS) {
    const folder = join(root, 'test', project);
    const files = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
    if (!files.some((file) => file.endsWith('.test.ts'))) throw new Error(`test/${project} has no tests.`);
  }
}

async function passes({ name, command: [module, file, ...rest] }) {
  const startedAt = Date.now();
  const code = await run([join(root, 'node_modules', module, file), ...rest]);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.error(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}, ${seconds} s`);
  return code === 0;
}

function run(nodeArguments) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, nodeArguments, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

try {
  await setUp();
  ensureChromium();
  assertNoneIsEmpty();
  for (const check of CHECKS) {
    if (!(await passes(check))) process.exitCode = 1;
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
