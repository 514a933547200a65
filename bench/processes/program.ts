import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Answer, Answers } from './answer-parent';

const ENTRY = path.join(__dirname, 'plain-node.cjs');

export interface ProgramOptions {
  /** Given to the program as JSON. */
  readonly options: object;
  /** Of the node that runs it. */
  readonly nodeOptions?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A program of the benchmark in a process of its own, so that its CPU and memory are nobody else's. */
export class Program<Contract extends Answers<Contract>> {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #waiting = new Map<number, Waiting>();
  #questions = 0;
  #isExpectedToEnd = false;

  /** `file` lies in `bench/`. Resolves when the program is ready. */
  static async start<Contract extends Answers<Contract>>(
    file: string,
    options: ProgramOptions,
  ): Promise<Program<Contract>> {
    const program = new Program<Contract>(file, options);
    await program.#answer(0);
    return program;
  }

  private constructor(file: string, { options, nodeOptions = [], environment = {} }: ProgramOptions) {
    this.#name = file;
    this.#child = fork(ENTRY, [path.join(__dirname, '..', file), JSON.stringify(options)], {
      execArgv: [...nodeOptions],
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer: Answer) => this.#settle(answer));
    this.#child.once('exit', (code, signal) => this.#end(signal ?? `code ${code}`));
  }

  /** Asks for something that the program's contract names. */
  async ask<Name extends keyof Contract & string>(
    name: Name,
    ...[argument]: Parameters<Contract[Name]>
  ): Promise<Awaited<ReturnType<Contract[Name]>>> {
    const id = ++this.#questions;
    const answered = this.#answer(id);
    this.#child.send({ id, name, argument });
    return (await answered) as Awaited<ReturnType<Contract[Name]>>; // both halves share the contract
  }

  /** SIGTERM: what runs may finish. */
  stop(): Promise<void> {
    return this.#endBy('SIGTERM');
  }

  /** SIGKILL: nothing is reported, nothing is handed back. */
  kill(): Promise<void> {
    return this.#endBy('SIGKILL');
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new Error(`'${this.#name}' said: ${answer.error}`));
    else waiting?.resolve(answer.value);
  }

  #end(how: string): void {
    const error = new Error(`'${this.#name}' ended with ${how}`);
    for (const { reject } of this.#waiting.values()) reject(error);
    if (!this.#isExpectedToEnd && this.#waiting.size === 0) throw error; // nobody else would tell
  }

  async #endBy(signal: NodeJS.Signals): Promise<void> {
    this.#isExpectedToEnd = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}
