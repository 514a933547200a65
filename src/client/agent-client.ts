import type { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import type { Agent, OutputOf } from '../common/agent';
import type { UserPrompt } from '../common/messages';
import { idSchema } from '../common/option-schemas';
import { parseOptions } from '../common/options';
import { DEFAULT_TASK_QUEUE } from '../common/wire';
import { type ConnectionSettings, resolveSettings } from '../connection';
import {
  type LargePayloadOptions,
  largePayloadOptions,
  resolveLargePayloads,
  withLargePayloads,
} from '../storage';
import { type AgentReference, firstRequestOf, modelOf, nameOf, withSummary } from './agent-reference';
import { connectClient } from './connect-client';
import { Conversation } from './conversation';
import type { ConversationExport } from './conversation-export';
import { type ConversationOptions, parseConversationOptions } from './conversation-options';
import { ConversationWorkflow } from './conversation-workflow';
import { importConversation } from './go-on';
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
import { StartAttributes } from './start-attributes';
import { startRun } from './start-run';
import { findUiUrl, toRunUrl } from './ui-url';
import { withDataConverter } from './with-data-converter';

export interface AgentClientOptions extends LargePayloadOptions {
  /** Where runs are sent. @default 'agents' */
  readonly taskQueue?: string;
  /** The Temporal UI, for links. @default `TEMPORAL_UI_URL`, else the usual place beside a local server */
  readonly uiUrl?: string;
}

const clientOptions = z.strictObject({
  taskQueue: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  uiUrl: z.url().optional(),
  ...largePayloadOptions,
});

const knownRun = z.object({ runId: idSchema });

/** Starts runs and finds them again. */
export class AgentClient {
  /** The Temporal client below, for everything that this one does not do; it reads and writes large values, too. */
  readonly temporal: Client;
  readonly #taskQueue: string;
  readonly #uiUrl: string | undefined;
  readonly #startAttributes: StartAttributes;

  /**
   * On a Temporal client of yours, with its connection, codec and interceptors.
   * @throws {UserError} for a bad option, naming it, and for a `storage` beside one that the client's data converter has.
   */
  constructor(temporal: Client, options: AgentClientOptions = {}) {
    const { taskQueue, uiUrl, ...large } = parseOptions(clientOptions, options, 'AgentClient');
    const { loadedDataConverter } = temporal.options;
    const settings = resolveLargePayloads(large, 'AgentClient');
    this.temporal = withDataConverter(temporal, withLargePayloads(loadedDataConverter, settings));
    this.#startAttributes = new StartAttributes(this.temporal);
    this.#taskQueue = taskQueue;
    this.#uiUrl = uiUrl ?? findUiUrl(temporal);
  }

  /**
   * Connects to a server. What is not given comes from the environment.
   * @throws {ServerUnreachableError} when no server answers within the connect time-out.
   * @throws {UserError} for a bad option, or a namespace that does not exist.
   */
  static async connect(options: ConnectionSettings & AgentClientOptions = {}): Promise<AgentClient> {
    const { taskQueue, uiUrl, storage, compression, ...connection } = options;
    const temporal = await connectClient(resolveSettings(connection));
    try {
      return new AgentClient(temporal, {
        ...(taskQueue === undefined ? {} : { taskQueue }),
        ...(uiUrl === undefined ? {} : { uiUrl }),
        ...(storage === undefined ? {} : { storage }),
        ...(compression === undefined ? {} : { compression }),
      });
    } catch (error) {
      await temporal.connection.close();
      throw error;
    }
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
    const run = parseRunOptions(nameOf(agent), prompt, withSummary<AnyRunOptions>(agent, options));
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
    return this.#start<A>(
      agent,
      parseRunOptions(nameOf(agent), prompt, withSummary<AnyRunOptions>(agent, options)),
    );
  }

  /**
   * The handle of a run that was started before, by whoever. Whether it exists shows when it is used.
   * @throws {UserError} for what no run's id can be.
   */
  getRun<A extends Agent = Agent>(runId: string): RunHandle<OutputOf<A>> {
    return this.#handle<A>(parseOptions(knownRun, { runId }, 'getRun').runId);
  }

  /**
   * A conversation, whether it was begun or not: its first `send` begins it, with these options.
   * @throws {UserError} for a mistake in the options, naming the field.
   */
  conversation<A extends Agent>(
    agent: AgentReference<A>,
    id: string,
    options?: ConversationOptions<A>,
  ): Conversation<A> {
    return this.#conversation<A>(this.#workflow(agent, id, options));
  }

  /**
   * Begins a conversation with what another one was exported as. The same once more changes nothing.
   * @throws {UserError} for JSON that is no export, with the path of the bad field, and for an id that is taken.
   * @throws {PayloadTooLargeError} when it is larger than Temporal can record.
   */
  async importConversation<A extends Agent>(
    agent: AgentReference<A>,
    id: string,
    ...[json, options]: [json: ConversationExport | string, options?: ConversationOptions<A>]
  ): Promise<Conversation<A>> {
    const workflow = this.#workflow(agent, id, { summary: `import of ${id}`, ...options });
    await importConversation(workflow, json);
    return this.#conversation<A>(workflow);
  }

  /** Closes the connection. Runs go on. */
  async close(): Promise<void> {
    await (this.temporal.connection as Partial<Connection>).close?.(); // a client on a worker's connection has none of its own
  }

  async #start<A extends Agent>(agent: AgentReference<A>, run: ParsedRun): Promise<RunHandle<OutputOf<A>>> {
    const { model = modelOf(agent), conversationId } = run.request;
    const known = { agent: nameOf(agent), model, conversationId };
    const attributes = await this.#startAttributes.of(known);
    const runId = await startRun(
      this.temporal,
      {
        agent: known.agent,
        taskQueue: this.#taskQueue,
        attributes,
        firstRequest: firstRequestOf(agent, model),
      },
      run,
    );
    return this.#handle<A>(runId);
  }

  #handle<A extends Agent>(runId: string): RunHandle<OutputOf<A>> {
    return new RunHandle(this.temporal, runId, this.#urlOf(runId));
  }

  #conversation<A extends Agent>(workflow: ConversationWorkflow): Conversation<A> {
    return new Conversation<A>(workflow, (id) => this.#urlOf(id));
  }

  #workflow<A extends Agent>(
    agent: AgentReference<A>,
    id: string,
    options?: ConversationOptions<A>,
  ): ConversationWorkflow {
    return new ConversationWorkflow(this.temporal, {
      ...parseConversationOptions(id, withSummary(agent, options)),
      id,
      agent: nameOf(agent),
      taskQueue: this.#taskQueue,
    });
  }

  #urlOf(id: string): string | undefined {
    return this.#uiUrl && toRunUrl(this.#uiUrl, this.temporal.options.namespace, id);
  }
}
