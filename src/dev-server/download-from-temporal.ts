import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOWNLOAD_TIMEOUT, type Download } from './download';
import { runCommand } from './run-command';

/** The release of `@temporalio/*` in package.json, which decides what "default" means there. */
export const SDK_VERSION = '1.24.0';

/** A machine without this host's network must get to the next way soon. */
const ANSWER_TIMEOUT = 5_000;

interface DownloadInfo {
  readonly archiveUrl: string;
  readonly fileToExtract: string;
}

/**
 * The download of Temporal's SDKs: the same request as their core's `ephemeral_server`, which cannot be called without
 * also starting the server, and then with 5 s to come up.
 */
export function temporalDownload(origin = 'https://temporal.download'): Download {
  return {
    source: 'temporal.download',
    description: `the Temporal CLI from ${origin}`,
    cacheName: `temporal-sdk-${SDK_VERSION}`,
    fetchInto: async (folder, environment) => {
      const { archiveUrl, fileToExtract } = await findArchive(origin);
      const archive = join(folder, 'archive.tar.gz');
      await saveTo(archive, archiveUrl);
      await runCommand('tar', ['-xzf', archive, '-C', folder], { environment, timeout: DOWNLOAD_TIMEOUT });
      return join(folder, fileToExtract);
    },
  };
}

async function findArchive(origin: string): Promise<DownloadInfo> {
  const query = new URLSearchParams({
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    platform: process.platform === 'win32' ? 'windows' : process.platform,
    format: 'tar.gz',
    'sdk-name': 'sdk-typescript',
    'sdk-version': SDK_VERSION,
  });
  const response = await answerOf(`${origin}/cli/default?${query.toString()}`);
  const { archiveUrl, fileToExtract } = (await response.json()) as Partial<DownloadInfo>; // checked below
  if (!archiveUrl || !fileToExtract) throw new Error(`${origin} names no archive`);
  return { archiveUrl, fileToExtract };
}

async function saveTo(path: string, url: string): Promise<void> {
  const response = await answerOf(url);
  if (!response.body) throw new Error(`${url} answered nothing`);
  await writeFile(path, response.body);
}

/** Limits the time until the headers only; a body may take as long as it keeps coming. */
async function answerOf(url: string): Promise<Response> {
  const tooLate = new AbortController();
  const timer = setTimeout(
    () => tooLate.abort(new Error(`no answer within ${ANSWER_TIMEOUT} ms`)),
    ANSWER_TIMEOUT,
  );
  try {
    const response = await fetch(url, { signal: tooLate.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}
