import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXECUTABLE_SUFFIX, probeBinary } from './binary';
import { reasonOf } from './dev-server-error';
import type { Download, Search } from './download';

export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'perdure');
}

export function cachePath({ cacheName }: Download, environment: NodeJS.ProcessEnv): string {
  return join(cacheFolder(environment), `${cacheName}${EXECUTABLE_SUFFIX}`);
}

/** Fetches a `temporal` command into the cache folder and resolves to its path there. */
export async function installInCache(download: Download, search: Search): Promise<string> {
  const folder = cacheFolder(search.environment);
  search.onProgress(
    `Getting ${download.description}, because no "temporal" command is on PATH or in "${folder}".`,
  );
  const startedAt = Date.now();
  try {
    const path = await fetchAndMove(download, search.environment);
    search.onProgress(`Got the Temporal CLI in ${Math.ceil((Date.now() - startedAt) / 1000)} s: "${path}".`);
    return path;
  } catch (error) {
    search.onProgress(`That did not work: ${reasonOf(error)}.`);
    throw error;
  }
}

/** Works in a folder of its own beside the target, so that the last step is a rename: two processes at once are safe. */
async function fetchAndMove(download: Download, environment: NodeJS.ProcessEnv): Promise<string> {
  const folder = cacheFolder(environment);
  await mkdir(folder, { recursive: true });
  const workFolder = await mkdtemp(join(folder, '.download-'));
  try {
    const fetched = await download.fetchInto(workFolder, environment);
    await chmod(fetched, 0o755);
    await probeBinary(fetched, environment);
    const target = cachePath(download, environment);
    await rename(fetched, target);
    return target;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}
