import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DevServerError } from './dev-server-error';
import { startWatchdog } from './watchdog';

const STDERR_KEPT = 4096;
const STOP_TIMEOUT = 5_000;

export interface ServerProcessOptions {
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Removed when this process dies without stopping the server. */
  readonly temporaryFolder: string | undefined;
}

/** A server that lives no longer than this process. */
export class ServerProcess {
  /** Aborted when the process has ended; the reason is an error that says how, with its last error output. */
  readonly ended: AbortSignal;
  readonly #child: ChildProcess;
  #stderr = '';

  constructor(path: string, options: ServerProcessOptions) {
    this.#child = spawn(path, options.arguments, {
      env: options.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C goes to the whole process group, and a worker that drains still needs its server.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.ended = this.#watchEnd();
    this.#dieWithParent(options.temporaryFolder);
  }

  /** Asks the server to end, and after 5 s makes it. */
  async stop(): Promise<void> {
    if (this.ended.aborted) return;
    const ended = once(this.ended, 'abort');
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
    await ended;
    clearTimeout(impatience);
  }

  /** The server's last error output, as a sentence for an error message. */
  errorOutput(): string {
    return this.#stderr.trim() === ''
      ? 'It wrote no error output.'
      : `Its error output:\n${this.#stderr.trim()}`;
  }

  #watchEnd(): AbortSignal {
    const controller = new AbortController();
    const end = (how: string): void => {
      controller.abort(
        new DevServerError(`The Temporal dev server ended with ${how}. ${this.errorOutput()}`),
      );
    };
    this.#child.once('error', (error) => end(error.message));
    this.#child.once('close', (code, signal) => end(signal ?? `exit code ${code}`));
    return controller.signal;
  }

  #dieWithParent(temporaryFolder: string | undefined): void {
    if (this.#child.pid === undefined) return;
    const callOffWatchdog = startWatchdog(this.#child.pid, temporaryFolder);
    const kill = (): void => void this.#child.kill('SIGTERM');
    process.once('exit', kill);
    this.ended.addEventListener('abort', () => {
      process.off('exit', kill);
      callOffWatchdog();
    });
  }
}
