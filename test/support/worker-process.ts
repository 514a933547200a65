// Workers as processes of their own, to be killed as a machine kills them. Needs a Temporal server.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JsonObject } from 'perdure';

/** A worker that runs in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Ends it at once, whatever it does (SIGKILL): nothing is reported, nothing is handed back. */
  kill(): Promise<void>;
  /** Ends it as a deploy does (SIGTERM): what runs may finish. */
  stop(): Promise<void>;
}

/** Runs a program of `test/processes` and waits until its worker polls. The program is given the options as JSON. */
export async function startWorkerProcess(program: string, options: JsonObject): Promise<WorkerProcess> {
  const child = fork(join(__dirname, '..', 'processes', program), [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`could not start '${program}'`);
  await Promise.race([once(child, 'message'), failingExit(child, program)]);
  child.unref(); // a test that fails half-way is not kept from ending, and takes its workers along
  child.channel?.unref();
  return { pid, kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM') };
}

async function failingExit(child: ChildProcess, program: string): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`'${program}' ended with code ${code} before it was ready`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
