// Calls `runSync` with the arguments it is given, and prints everything of each result or error.
import { readFileSync } from 'node:fs';
import type { ModelMessage, UserPrompt } from 'perdure';
import { runSync, type RunSyncOptions } from 'perdure/client';
import { describeError } from '../support/describe-error';
import { describeResult } from '../support/describe-result';

export interface WholeCall {
  readonly agent: string;
  readonly prompt?: UserPrompt | undefined;
  /** A deadline comes as text, and a history in a file: it may be longer than an argument. */
  readonly options: Omit<RunSyncOptions, 'deadline'> & {
    readonly deadline?: string;
    readonly historyFile?: string;
  };
}

async function call({ agent, prompt, options }: WholeCall): Promise<object> {
  try {
    return { result: await describeResult(runSync(agent, prompt, toOptions(options))) };
  } catch (error) {
    return { error: describeError(error) };
  }
}

function toOptions({ deadline, historyFile, ...options }: WholeCall['options']): RunSyncOptions {
  return {
    ...options,
    ...(deadline === undefined ? {} : { deadline: new Date(deadline) }),
    ...(historyFile === undefined ? {} : { messageHistory: readMessages(historyFile) }),
  };
}

function readMessages(file: string): readonly ModelMessage[] {
  return JSON.parse(readFileSync(file, 'utf8')) as readonly ModelMessage[]; // written by the test
}

async function main(): Promise<void> {
  const calls = JSON.parse(process.argv[2] ?? '[]') as WholeCall[]; // the test and its program agree on it
  for (const one of calls) process.stdout.write(`${JSON.stringify(await call(one))}\n`);
}

void main();
