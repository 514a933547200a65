import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const WORDS_KEPT = 4_000;
const STOP_TIMEOUT = 10_000;

/** A worker in a process of its own; when it is killed, another one takes its place. */
export class WorkerProcess {
  /** Rejects when a process ends without having been told to. */
  readonly died: Promise<never>;
  #reportDeath: (error: Error) => void = () => undefined;
  #child: ChildProcess | undefined;
  #lastWords = '';

  constructor(
    private readonly taskQueue: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.died = new Promise<never>((_resolve, reject) => (this.#reportDeath = reject));
  }

  /** Resolves when it takes work. */
  async start(): Promise<void> {
    const child = fork(path.join(__dirname, 'worker.ts'), [this.taskQueue], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...this.environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32', // Ctrl-C goes to the program, which then stops its worker
    });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-WORDS_KEPT);
    });
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      const how = signal ?? `exit code ${code}`;
      this.#reportDeath(new Error(`The worker ended with ${how}.\n${this.#lastWords.trim()}`));
    });
    await Promise.race([once(child, 'message'), this.died]);
  }

  /** SIGKILL: no signal handler, no goodbye. Tells which process it was. */
  kill(): Promise<number | undefined> {
    return this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<number | undefined> {
    const child = this.#child;
    this.#child = undefined; // it does not end by itself
    if (child?.exitCode !== null || child.signalCode !== null) return undefined; // none, or none any more
    const ended = once(child, 'exit');
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
    await ended;
    clearTimeout(impatience);
    return child.pid;
  }
}
