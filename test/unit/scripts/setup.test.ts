import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const SETUP = pathToFileURL(path.join(__dirname, '..', '..', '..', 'scripts', 'setup.mjs')).href;

/** Asks a function of `scripts/setup.mjs`, which jest cannot import, about a folder. */
function ask(question: 'areDependenciesCurrent' | 'isBuildCurrent', folder: string): unknown {
  const program = `const setup = await import('${SETUP}'); console.log(setup.${question}(process.env.FOLDER));`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, FOLDER: folder },
    encoding: 'utf8',
  });
  return JSON.parse(answer);
}

describe('the set-up of a clone', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perdure-setup-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, content: unknown): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  const locked = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    },
  };

  it.each([
    ['as locked', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } }, true],
    ['without what is for another platform', { 'node_modules/a': { version: '1.0.0' } }, true],
    ['with another version', { 'node_modules/a': { version: '1.0.1' } }, false],
    ['with one missing', { 'node_modules/b': { version: '2.0.0' } }, false],
  ])('looks at what is installed: %s', (_how, packages, expected) => {
    write('package-lock.json', locked);
    write('node_modules/.package-lock.json', { packages });

    expect(ask('areDependenciesCurrent', folder)).toBe(expected);
  });

  it('misses all dependencies when nothing was ever installed, or not to the end', () => {
    write('package-lock.json', locked);
    mkdirSync(path.join(folder, 'node_modules', 'a'), { recursive: true });

    expect(ask('areDependenciesCurrent', folder)).toBe(false);
  });

  it('builds when nothing is built, and again when a source is newer than the last file of the build', () => {
    for (const name of [
      'src/deep/a.ts',
      'tsconfig.json',
      'tsconfig.build.json',
      'scripts/bundle-workflows.mjs',
    ]) {
      write(name, '');
    }
    expect(ask('isBuildCurrent', folder)).toBe(false);

    const bundle = write('lib/workflow-bundle.js', '');
    expect(ask('isBuildCurrent', folder)).toBe(true);

    utimesSync(bundle, new Date(0), new Date(0));
    expect(ask('isBuildCurrent', folder)).toBe(false);
  });
});
