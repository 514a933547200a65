// Agents in worker processes that read page after page, and what can be said of their runs. Needs a Temporal server.
import { randomUUID } from 'node:crypto';
import type { ModelMessage, Usage } from 'perdure';
import { AgentClient, type Compaction } from 'perdure/client';
import { createCallLog, type LogLine, readCalls } from './call-log';
import { chainOf, growthOf, type WorkflowRun } from './chain';
import { startWorkerProcess, type WorkerProcess } from './worker-process';

export interface ReaderOptions {
  readonly address: string;
  readonly taskQueue: string;
  readonly file: string;
  readonly pageSize: number;
  readonly pagesPerResponse: number;
  readonly agents: readonly ReaderAgent[];
}

/** What is not given is the default. */
export interface ReaderAgent {
  readonly name: string;
  readonly rollOver?: { readonly historyBytes: number; readonly historyEvents: number };
  /** Messages are compacted so that requests stay below it. */
  readonly contextTokens?: number;
}

/** A run, and what is to be known of it. */
export interface ReadRun {
  readonly runId: string;
  readonly output: unknown;
  readonly usage: Usage;
  readonly messages: readonly ModelMessage[];
  readonly compactions: readonly Compaction[];
  readonly chain: readonly WorkflowRun[];
  readonly calls: readonly LogLine[];
  readonly seconds: number;
}

export class PageReaders {
  readonly #options: ReaderOptions;
  readonly #log = createCallLog();
  readonly #client: AgentClient;
  #worker: WorkerProcess | undefined;

  private constructor(client: AgentClient, options: Omit<ReaderOptions, 'file'>) {
    this.#client = client;
    this.#options = { ...options, file: this.#log.file };
  }

  static async start(options: Omit<ReaderOptions, 'file' | 'taskQueue'>): Promise<PageReaders> {
    const { address } = options;
    const taskQueue = `pages-${randomUUID()}`;
    const client = await AgentClient.connect({ address, taskQueue });
    const readers = new PageReaders(client, { ...options, taskQueue });
    await readers.#startWorker();
    return readers;
  }

  async read(agent: string, pages: number): Promise<ReadRun> {
    const startedAt = Date.now();
    const result = await this.#client.run(agent, String(pages), { runId: `${agent}-${randomUUID()}` });
    const seconds = (Date.now() - startedAt) / 1_000;
    const { runId, output, usage } = result;
    return {
      ...{ runId, output, usage, seconds },
      messages: await result.allMessages(),
      compactions: await result.compactions(),
      chain: await chainOf(this.#client, runId),
      calls: this.calls().filter(({ run }) => run === runId),
    };
  }

  calls(): readonly LogLine[] {
    return readCalls(this.#log.file);
  }

  /** Kills the worker (SIGKILL), and starts another. Returns what that one did first, and how long after the kill. */
  async replaceWorker(): Promise<() => { readonly secondsToNextRequest: number }> {
    const killedAt = Date.now();
    await this.#worker?.kill();
    const { pid } = await this.#startWorker();
    return () => {
      const first = this.calls().find((call) => call.pid === pid && call.kind === 'model-start');
      return { secondsToNextRequest: ((first?.at ?? Number.NaN) - killedAt) / 1_000 };
    };
  }

  async stop(): Promise<void> {
    await this.#worker?.stop();
    await this.#client.close();
    this.#log.remove();
  }

  async #startWorker(): Promise<WorkerProcess> {
    const agents = this.#options.agents.map((agent) => ({ ...agent }));
    return (this.#worker = await startWorkerProcess('page-worker.ts', { ...this.#options, agents }));
  }
}

const MIB = 1024 * 1024;

/** For people who want to know. */
export function describeRead({ chain, compactions, usage, seconds }: ReadRun): string {
  const sizes = chain.map(({ bytes }) => (bytes / MIB).toFixed(2));
  const growths = chain.map((run) => (growthOf(run) / MIB).toFixed(2));
  return [
    `${usage.toolCalls} calls in ${usage.requests} requests took ${seconds.toFixed(0)} s in ${chain.length} workflow runs`,
    `MiB of history: ${sizes.join(' ')}`,
    `MiB of growth: ${growths.join(' ')}`,
    `${compactions.length} compactions`,
  ].join('\n');
}
