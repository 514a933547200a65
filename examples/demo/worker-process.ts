import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { WorkerReport } from './parent-process';

const STDERR_KEPT = 4_000;
const STOP_TIMEOUT = 10_000;

/** A worker in a process of its own, as it would be in production. */
export class WorkerProcess {
  /** Requests that the offline model of this process was sent, by its own account. */
  modelRequests = 0;
  readonly ready: Promise<void>;
  /** Rejects when the process ends without having been told to. */
  readonly died: Promise<never>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #isExpectedToEnd = false;
  #stderr = '';

  constructor(environment: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'worker.ts')], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32', // Ctrl-C goes to the demo, which then stops its worker
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.#ended = once(this.#child, 'exit');
    this.died = this.#watch();
    this.died.catch(() => undefined); // whoever waits for it is told
    this.ready = Promise.race([this.#untilReady(), this.died]);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGKILL: no signal handler, no goodbye. */
  async kill(): Promise<void> {
    this.#isExpectedToEnd = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#isExpectedToEnd = true;
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
    await this.#ended;
    clearTimeout(impatience);
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.on('message', (report: WorkerReport) => {
        if (report === 'ready') resolve();
        else this.modelRequests += 1;
      });
    });
  }

  async #watch(): Promise<never> {
    const [code, signal] = (await this.#ended) as [number | null, NodeJS.Signals | null]; // as Node documents it
    if (this.#isExpectedToEnd) return new Promise(() => {});
    throw new Error(
      `The worker process ended with ${signal ?? `exit code ${code}`}.\n${this.#stderr.trim()}`,
    );
  }
}
