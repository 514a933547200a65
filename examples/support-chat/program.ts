import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { presenceFile, type ProgramName } from './background';
import { findPresent, type Present } from './presence';

const LOOK_INTERVAL = 100;
const STOP_TIMEOUT = 15_000;

/** After one that ended at once, the next is not started before. */
const START_INTERVAL = 5_000;

/** A program in the background, as the terminals see it: there, or to be started. */
export class Program {
  #child: ChildProcess | undefined;
  #startedAt = 0;

  constructor(
    private readonly name: ProgramName,
    private readonly folder: string,
  ) {}

  find(): Present | undefined {
    return findPresent(presenceFile(this.folder, this.name));
  }

  /** Waits until it runs, be it started by this process or another. @throws {Error} with its last words when it cannot. */
  async start(
    environment: NodeJS.ProcessEnv,
    tell: (line: string) => void = () => undefined,
  ): Promise<Present> {
    const news = this.#follow();
    for (;;) {
      const present = this.find();
      for (const line of news()) tell(line);
      if (present?.isReady === true) return present;
      if (present === undefined) this.#startUnlessStarting(environment);
      await sleep(LOOK_INTERVAL);
      if ((this.#child?.exitCode ?? 0) === 0) continue;
      throw new Error(`The ${this.name} does not start:\n${this.#lastWords()}`);
    }
  }

  /** Starts it again if it has died, and does not wait. */
  keepUp(environment: NodeJS.ProcessEnv): void {
    if (this.find() !== undefined || Date.now() - this.#startedAt < START_INTERVAL) return;
    this.#startUnlessStarting(environment);
  }

  async stop(): Promise<void> {
    const present = this.find();
    if (present === undefined) return;
    process.kill(present.pid, 'SIGTERM');
    const end = Date.now() + STOP_TIMEOUT;
    while (this.find()?.pid === present.pid) {
      if (Date.now() > end) process.kill(present.pid, 'SIGKILL');
      await sleep(LOOK_INTERVAL);
    }
  }

  /** In a group of its own: Ctrl-C in a terminal does not end it. */
  #startUnlessStarting(environment: NodeJS.ProcessEnv): void {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) return;
    mkdirSync(this.folder, { recursive: true });
    const log = openSync(this.#logFile, 'a');
    this.#child = spawn(process.execPath, ['--import', 'tsx', `./${this.name}.ts`, this.folder], {
      cwd: __dirname,
      env: environment,
      stdio: ['ignore', log, log],
      detached: true,
      windowsHide: true,
    });
    this.#child.unref();
    closeSync(log);
    this.#startedAt = Date.now();
  }

  get #logFile(): string {
    return path.join(this.folder, `${this.name}.log`);
  }

  /** Each time, the lines that were logged since the last time. */
  #follow(): () => string[] {
    let told = statSync(this.#logFile, { throwIfNoEntry: false })?.size ?? 0;
    return () => {
      const log = this.#readLog().subarray(told);
      const whole = log.subarray(0, log.lastIndexOf('\n') + 1);
      told += whole.length;
      return whole.toString().split('\n').slice(0, -1);
    };
  }

  #lastWords(): string {
    return this.#readLog().toString().trim().split('\n').slice(-10).join('\n');
  }

  #readLog(): Buffer {
    try {
      return readFileSync(this.#logFile);
    } catch {
      return Buffer.alloc(0); // it has not begun to speak
    }
  }
}
