// The browser that test/server/ui.test.ts and scripts/take-screenshots.mjs look at Temporal's UI with.
// By hand: node scripts/ensure-chromium.mjs
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const DEBIAN_CHROMIUM = '/usr/bin/chromium';
const ON_DEBIAN = { DEBIAN_FRONTEND: 'noninteractive' };

/**
 * The path of a Chromium: the one that CHROMIUM names, else Debian's, which is installed first where that is possible.
 * Throws an error that says what to do where it is not.
 */
export function ensureChromium(environment = process.env) {
  const path = environment.CHROMIUM || DEBIAN_CHROMIUM;
  if (isExecutable(path)) return path;
  if (path === DEBIAN_CHROMIUM && canInstall()) install(environment);
  if (isExecutable(path)) return path;
  throw new Error(
    `There is no Chromium at '${path}'. Install one with \`apt-get install chromium\`, or set CHROMIUM to the path of yours.`,
  );
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canInstall() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

function install(environment) {
  process.stderr.write('Installing chromium with apt-get (about 100 MB) …\n');
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...environment, ...ON_DEBIAN } };
  spawnSync('apt-get', ['update', '-q'], options); // an index that is a little old may do as well
  spawnSync(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
    options,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.stdout.write(`${ensureChromium()}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
