import { createSyncFn } from 'synckit';
import { z } from 'zod';
import type { Agent, OutputOf } from '../common/agent';
import { UserError } from '../common/errors';
import type { UserPrompt } from '../common/messages';
import { parseOptions } from '../common/options';
import { DEFAULT_TASK_QUEUE } from '../common/wire';
import { type ConnectionSettings, resolveSettings } from '../connection';
import { packageFile } from '../package-file';
import { readRun, type RecordedRun } from '../history';
import { type LargePayloadOptions, largePayloadOptions, storageOfEnvironment } from '../storage';
import { AgentClient } from './agent-client';
import { type AgentReference, nameOf, withSummary } from './agent-reference';
import { assertMayBlock } from './assert-may-block';
import { connectClient } from './connect-client';
import { fromErrorRecord } from './error-record';
import {
  type AnyRunOptions,
  assertOptions,
  type OptionsArgument,
  parseRunOptions,
  type StartOptions,
  type WaitOptions,
} from './run-options';
import { RunResult } from './run-result';
import { fromText, type SyncAnswer, type SyncRequest, toText } from './sync-bridge';

/** Options of `run` without `signal`, which a blocked thread could not fire, and where the run is sent. */
export type RunSyncOptions<A extends Agent = Agent> = StartOptions<A> &
  Omit<WaitOptions, 'signal'> &
  SyncTarget;

interface SyncTarget extends LargePayloadOptions {
  /** Where the server is. @default the environment */
  readonly connection?: ConnectionSettings;
  /** Where the run is sent. @default 'agents' */
  readonly taskQueue?: string;
}

const targetSchema = z.strictObject({
  taskQueue: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  ...largePayloadOptions,
});

/**
 * Runs an agent and blocks the calling thread until its result is there: for scripts and command lines. Everything else
 * in the thread stands still meanwhile, signal handlers included; without one of yours, Ctrl-C ends the process.
 * @throws {UserError} for a mistake in the options, or inside a workflow, an activity, or beside a worker.
 * @throws {RunTimedOutError} with `stillRunning` when `timeout` is up.
 * @throws what {@link AgentClient.run} and {@link AgentClient.connect} throw.
 */
export function runSync<A extends Agent>(
  agent: AgentReference<A>,
  prompt: UserPrompt | undefined,
  ...[options]: OptionsArgument<A, RunSyncOptions<A>>
): RunResult<OutputOf<A>> {
  assertMayBlock();
  const request = toRequest(agent, prompt, options);
  const answer = ask(request);
  if ('error' in answer) throw fromErrorRecord(answer.error);
  return new RunResult(answer.runId, answer.outcome, () => read(request, answer.runId));
}

function toRequest(
  agent: Agent | string,
  prompt: UserPrompt | undefined,
  options: AnyRunOptions & SyncTarget = {},
): SyncRequest {
  const name = nameOf(agent);
  const where = `runSync of agent '${name}'`;
  assertOptions(options, where);
  const { connection, taskQueue, storage, compression, ...given } = options;
  if (given.signal !== undefined) {
    throw new UserError(
      `${where}: signal: a blocked thread cannot fire it. Use timeout, or \`await run(…)\`.`,
    );
  }
  const { deadline, ...run } = withSummary(agent, given);
  parseRunOptions(name, prompt, { ...run, ...(deadline === undefined ? {} : { deadline }) });
  const target = parseOptions(targetSchema, { taskQueue, storage, compression }, where);
  return {
    settings: resolveSettings(connection),
    taskQueue: target.taskQueue,
    large: {
      storage: target.storage ?? storageOfEnvironment() ?? false,
      compression: target.compression ?? false,
    },
    agent: name,
    prompt,
    options: run,
    deadline: deadline?.toISOString(),
  };
}

function ask(request: SyncRequest): SyncAnswer {
  const worker = packageFile('lib/client/run-sync-worker.js');
  const askWorker = createSyncFn<(text: string) => Promise<string>>(worker); // started once, then remembered
  return fromText<SyncAnswer>(askWorker(toText(request)));
}

/** The thread is not blocked any more when somebody asks for the messages: no reason to block it again. */
async function read({ settings, large }: SyncRequest, runId: string): Promise<RecordedRun> {
  const client = new AgentClient(await connectClient(settings), large);
  try {
    return await readRun(client.temporal, runId);
  } finally {
    await client.close();
  }
}
