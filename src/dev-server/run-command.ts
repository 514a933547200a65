import { execFile, type ExecFileException } from 'node:child_process';

export interface RunCommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds until the command is killed. */
  readonly timeout: number;
}

/** Runs a command without a shell and resolves to its standard output. Rejects with its last words when it fails. */
export function runCommand(
  command: string,
  commandArguments: readonly string[],
  { environment, timeout }: RunCommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      commandArguments,
      { env: environment, timeout, windowsHide: true },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`"${command}" ${describeFailure(error, stderr)}`, { cause: error }));
        else resolve(stdout);
      },
    );
  });
}

function describeFailure(error: ExecFileException, stderr: string): string {
  if (error.code === 'ENOENT') return 'is not installed';
  if (typeof error.code === 'string') return `could not be run: ${error.code}`;
  const lastWords = stderr.trim().split('\n').at(-1) || 'no error output';
  if (error.killed) return `was killed because it took too long: ${lastWords}`;
  return `failed with ${error.signal ?? `exit code ${error.code}`}: ${lastWords}`;
}
