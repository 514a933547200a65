// What `npm run demo` and `npm test` need on a fresh clone: dependencies and a build. Plain Node, because nothing is installed yet.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const MINIMUM_NODE = [20, 19];

/** Gets the dependencies and builds, each only when needed. Throws an error that says what failed. */
export async function setUp(tell = (message) => console.error(message)) {
  assertNode();
  if (!areDependenciesCurrent()) {
    await step(tell, 'Getting dependencies', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  }
  if (!isBuildCurrent()) await step(tell, 'Building', ['run', 'build']);
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [minimumMajor, minimumMinor] = MINIMUM_NODE;
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return;
  throw new Error(`Node ${process.versions.node} is too old: this needs ${MINIMUM_NODE.join('.')} or newer.`);
}

/** Compares what is installed with the lock file, because times say nothing after a `git checkout` or a broken-off install. */
export function areDependenciesCurrent(folder = root) {
  const installed = packagesIn(join(folder, 'node_modules/.package-lock.json'));
  const wanted = packagesIn(join(folder, 'package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    if (path === '') return true;
    if (installed[path] === undefined) return Boolean(optional || peer); // those of other platforms
    return installed[path].version === version;
  });
}

function packagesIn(lockFile) {
  return existsSync(lockFile) ? (JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {}) : {};
}

/** The workflow bundle is the last file that a build writes. */
export function isBuildCurrent(folder = root) {
  const bundle = join(folder, 'lib/workflow-bundle.js');
  if (!existsSync(bundle)) return false;
  const sources = [...filesIn(join(folder, 'src')), ...BUILD_FILES.map((file) => join(folder, file))];
  const built = statSync(bundle).mtimeMs;
  return sources.every((file) => statSync(file).mtimeMs <= built);
}

const BUILD_FILES = ['tsconfig.json', 'tsconfig.build.json', 'scripts/bundle-workflows.mjs'];

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function step(tell, what, npmArguments) {
  const command = `npm ${npmArguments.join(' ')}`;
  tell(`${what}: ${command}`);
  const startedAt = Date.now();
  const { code, output } = await run('npm', npmArguments);
  if (code !== 0) throw new Error(`"${command}" failed (${code}):\n${output.trim()}`);
  tell(`${what} took ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
}

function run(command, commandArguments) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32', // npm is a batch file there
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (cause) =>
      reject(new Error(`"${command}" could not be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
