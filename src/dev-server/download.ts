import type { BinarySource } from './binary';

/** What every way of finding a `temporal` command is given. */
export interface Search {
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: (message: string) => void;
}

/** One way to get a `temporal` command that is not on this machine yet. */
export interface Download {
  readonly source: BinarySource;
  /** What is fetched and what it costs, for the progress line. */
  readonly description: string;
  /** Its file in the cache folder. Names the version, so that a new pin is not satisfied by an old file. */
  readonly cacheName: string;
  /** Resolves to the command's path, which must be inside the given empty folder. */
  fetchInto(folder: string, environment: NodeJS.ProcessEnv): Promise<string>;
}

/** Long enough for 70 MB over a slow line. */
export const DOWNLOAD_TIMEOUT = 10 * 60_000;
