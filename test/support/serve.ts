// Needs the Temporal server that the suite's global set-up starts.
import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Agent } from 'perdure';
import { AgentClient } from 'perdure/client';
import { createWorker, type CreateWorkerOptions } from 'perdure/worker';

// Each test file has its own module registry, hence its own runtime: this is installed once in each.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** A worker that serves agents on a task queue of its own, and a client that sends runs there. */
export interface Served {
  readonly client: AgentClient;
  readonly taskQueue: string;
  stop(): Promise<void>;
}

export async function serve(
  agents: readonly Agent[],
  options: Partial<CreateWorkerOptions> = {},
): Promise<Served> {
  const taskQueue = options.taskQueue ?? `test-${randomUUID()}`;
  const worker = await createWorker({ agents, ...options, taskQueue });
  const running = worker.run();
  const client = await AgentClient.connect({ taskQueue });
  return {
    client,
    taskQueue,
    stop: async () => {
      worker.shutdown();
      await running;
      await client.close();
    },
  };
}
