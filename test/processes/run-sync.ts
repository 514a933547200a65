// Calls `runSync` with the arguments it is given, several times if need be, and prints what came of each call.
import type { UserPrompt } from 'perdure';
import { runSync, type RunResult, type RunSyncOptions } from 'perdure/client';
import { type DescribedError, describeError } from '../support/describe-error';

export interface Call {
  readonly agent: string;
  readonly prompt?: UserPrompt;
  readonly options: RunSyncOptions;
}

export type Report = {
  /** How often a timer of 1 ms fired during the call: never, when the thread stood still. */
  readonly ticks: number;
} & (
  | (Pick<RunResult, 'output' | 'usage' | 'runId'> & { readonly messages: readonly unknown[] })
  | { readonly error: DescribedError }
);

async function call({ agent, prompt, options }: Call): Promise<Report> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  try {
    const result = runSync(agent, prompt, options);
    const ticksMeanwhile = ticks;
    const { output, usage, runId } = result;
    return { ticks: ticksMeanwhile, output, usage, runId, messages: await result.allMessages() };
  } catch (error) {
    return { ticks, error: describeError(error) };
  } finally {
    clearInterval(timer);
  }
}

async function main(): Promise<void> {
  const calls = JSON.parse(process.argv[2] ?? '[]') as Call[];
  process.stdout.write('calling\n');
  for (const one of calls) process.stdout.write(`${JSON.stringify(await call(one))}\n`);
}

void main();
