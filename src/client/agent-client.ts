import type { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import type { Agent, OutputOf } from '../common/agent';
import { UserError } from '../common/errors';
import type { UserPrompt } from '../common/messages';
import { parseOptions } from '../common/options';
import { DEFAULT_TASK_QUEUE } from '../common/wire';
import { type ConnectionSettings, resolveSettings } from '../connection';
import { connectClient } from './connect-client';
import { RunHandle } from './run-handle';
import {
  type AnyRunOptions,
  type OptionsArgument,
  type ParsedRun,
  parseRunOptions,
  type RunOptions,
  type StartOptions,
} from './run-options';
import type { RunResult } from './run-result';
import { startRun } from './start-run';
import { findUiUrl, toRunUrl } from './ui-url';

/** An agent, or the name of one: a thin backend imports only its type. `client.run<typeof support>('support', …)` */
export type AgentReference<A extends Agent> = A | A['name'];

export interface AgentClientOptions {
  /** Where runs are sent. @default 'agents' */
  readonly taskQueue?: string;
  /** The Temporal UI, for links. @default `TEMPORAL_UI_URL`, else the usual place beside a local server */
  readonly uiUrl?: string;
}

const clientOptions = z.strictObject({
  taskQueue: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  uiUrl: z.url().optional(),
});

/** Starts runs and finds them again. */
export class AgentClient {
  /** The Temporal client below, for everything that this one does not do. */
  readonly temporal: Client;
  readonly #taskQueue: string;
  readonly #uiUrl: string | undefined;

  /**
   * On a Temporal client of yours, with its connection, codec and interceptors.
   * @throws {UserError} for a bad option, naming it.
   */
  constructor(temporal: Client, options: AgentClientOptions = {}) {
    const { taskQueue, uiUrl } = parseOptions(clientOptions, options, 'AgentClient');
    this.temporal = temporal;
    this.#taskQueue = taskQueue;
    this.#uiUrl = uiUrl ?? findUiUrl(temporal);
  }

  /**
   * Connects to a server. What is not given comes from the environment.
   * @throws {ServerUnreachableError} when no server answers within the connect time-out.
   * @throws {UserError} for a bad option, or a namespace that does not exist.
   */
  static async connect(options: ConnectionSettings & AgentClientOptions = {}): Promise<AgentClient> {
    const { taskQueue, uiUrl, ...connection } = options;
    return new AgentClient(await connectClient(resolveSettings(connection)), {
      ...(taskQueue === undefined ? {} : { taskQueue }),
      ...(uiUrl === undefined ? {} : { uiUrl }),
    });
  }

  /**
   * Runs an agent and waits for its result. The run survives this process: with a `runId`, another call finds it again.
   * @throws {UserError} for a mistake in the options, naming the field, before anything starts.
   * @throws {PayloadTooLargeError} when prompt or options are larger than Temporal can record.
   * @throws {AgentRunError} or one of its children when the run fails; see {@link RunHandle.result}.
   */
  async run<A extends Agent>(
    agent: AgentReference<A>,
    prompt: UserPrompt | undefined,
    ...[options]: OptionsArgument<A, RunOptions<A>>
  ): Promise<RunResult<OutputOf<A>>> {
    const run = parseRunOptions(nameOf(agent), prompt, withSummary(agent, options));
    const handle = await this.#start<A>(agent, run);
    return handle.wait(run.wait);
  }

  /**
   * Starts a run and returns its handle as soon as the server has it. A run whose id exists already is not started again.
   * @throws {UserError} for a mistake in the options, or when the id belongs to a run that was asked something else.
   * @throws {PayloadTooLargeError} when prompt or options are larger than Temporal can record.
   */
  async start<A extends Agent>(
    agent: AgentReference<A>,
    prompt: UserPrompt | undefined,
    ...[options]: OptionsArgument<A, StartOptions<A>>
  ): Promise<RunHandle<OutputOf<A>>> {
    return this.#start<A>(agent, parseRunOptions(nameOf(agent), prompt, withSummary(agent, options)));
  }

  /** The handle of a run that was started before, by whoever. Whether it exists shows when it is used. */
  getRun<A extends Agent = Agent>(runId: string): RunHandle<OutputOf<A>> {
    return this.#handle<A>(runId);
  }

  /** Closes the connection. Runs go on. */
  async close(): Promise<void> {
    await (this.temporal.connection as Partial<Connection>).close?.(); // a client on a worker's connection has none of its own
  }

  async #start<A extends Agent>(agent: AgentReference<A>, run: ParsedRun): Promise<RunHandle<OutputOf<A>>> {
    const runId = await startRun(this.temporal, { agent: nameOf(agent), taskQueue: this.#taskQueue }, run);
    return this.#handle<A>(runId);
  }

  #handle<A extends Agent>(runId: string): RunHandle<OutputOf<A>> {
    const url =
      this.#uiUrl === undefined ? undefined : toRunUrl(this.#uiUrl, this.temporal.options.namespace, runId);
    return new RunHandle(this.temporal, runId, url);
  }
}

/** @throws {UserError} for something that is no agent. */
export function nameOf(agent: Agent | string): string {
  // JavaScript may pass anything.
  const name: unknown = typeof agent === 'string' ? agent : (agent as Partial<Agent> | undefined)?.name;
  if (typeof name === 'string' && name !== '') return name;
  throw new UserError('agent: expected an agent made by defineAgent, or the name of one');
}

/** An agent that keeps its prompts out of the UI keeps them out of the list, too. */
export function withSummary(agent: Agent | string, options: AnyRunOptions = {}): AnyRunOptions {
  return typeof agent === 'object' && !agent.summaries ? { summary: false, ...options } : options;
}
