import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { z } from 'zod';
import { parseOptions } from '../common/options';
import { DEFAULT_TASK_QUEUE } from '../common/wire';
import { connect, type ConnectionSettings, resolveSettings } from '../connection';
import {
  assertOneDeployment,
  type DeploymentOptions,
  deploymentSchema,
  toDeploymentOptions,
} from './deployment';
import { perdurePlugin, type PluginOptions } from './plugin';

export interface CreateWorkerOptions extends PluginOptions {
  /** Where the server is. @default the environment */
  readonly connection?: ConnectionSettings;
  /** What the worker polls, and clients send runs to. @default 'agents' */
  readonly taskQueue?: string;
  /** Keeps versions of your code apart, with Temporal's worker deployments. @default off: any worker takes anything */
  readonly deployment?: DeploymentOptions;
  /** Anything else of Temporal's worker: tuning, interceptors, a codec, activities and workflows of your own. */
  readonly temporal?: Omit<Partial<WorkerOptions>, 'connection' | 'namespace' | 'taskQueue'>;
}

/** What is not named here is an option of the plugin, which refuses what it does not know. */
const createWorkerOptions = z.looseObject({
  connection: z.custom<CreateWorkerOptions['connection']>().optional(),
  taskQueue: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  deployment: deploymentSchema.optional(),
  temporal: z.custom<CreateWorkerOptions['temporal']>((value) => typeof value === 'object').optional(),
});

/**
 * A worker that serves agents: connect, then `await worker.run()`. It stops on SIGTERM and SIGINT: takes no new work,
 * gives running requests 10 s to finish, and hands the rest back.
 * @throws {UserError} for a mistake in agents or options, naming the field.
 * @throws {ServerUnreachableError} when no server answers within the connect time-out.
 */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  const parsed = parseOptions(createWorkerOptions, options, 'createWorker');
  const { connection: connectionSettings, taskQueue, deployment, temporal, ...pluginOptions } = parsed;
  assertOneDeployment(deployment, temporal);
  const plugin = perdurePlugin(pluginOptions as unknown as PluginOptions); // parsed there
  const settings = resolveSettings(connectionSettings);
  await (await connect(settings)).close(); // fails sooner and clearer than the worker's own connection
  const connection = await NativeConnection.connect({ ...settings.options, address: settings.address });
  try {
    return await Worker.create({
      ...temporal,
      ...(deployment && { workerDeploymentOptions: toDeploymentOptions(deployment) }),
      plugins: [...(temporal?.plugins ?? []), plugin],
      connection,
      namespace: settings.namespace,
      taskQueue,
    });
  } catch (error) {
    await connection.close();
    throw error;
  }
}
