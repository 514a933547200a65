// Versions of a worker that the server keeps apart. Needs a Temporal server.
import { randomUUID } from 'node:crypto';
import type { Agent } from 'perdure';
import type { AgentClient } from 'perdure/client';
import type { CreateWorkerOptions, DeploymentOptions } from 'perdure/worker';
import { chainOf } from './chain';
import { serve, type Served } from './serve';
import { until } from './until';

type Behavior = NonNullable<DeploymentOptions['behavior']>;

/** `ROUTING_CONFIG_UPDATE_STATE_COMPLETED` in Temporal's enumeration. */
const ROUTING_COMPLETED = 2;

/** In milliseconds; a busy server may never say that it is done. */
const ROUTING_TIME = 30_000;

/** The versions of one worker, on one task queue. */
export class Deployment {
  readonly name = `deployment-${randomUUID()}`;
  readonly #behavior: Behavior | undefined;
  readonly #versions = new Map<string, Served>();

  constructor(behavior?: Behavior) {
    this.#behavior = behavior;
  }

  /** Starts a worker of a version. It is given nothing to do until a conversation is its own, or it is current. */
  async start(
    buildId: string,
    agents: readonly Agent[],
    options: Partial<CreateWorkerOptions> = {},
  ): Promise<AgentClient> {
    const behavior = this.#behavior === undefined ? {} : { behavior: this.#behavior };
    const deployment = { name: this.name, buildId, ...behavior };
    const served = await serve(agents, { taskQueue: this.name, deployment, ...options });
    this.#versions.set(buildId, served);
    return served.client;
  }

  /** Starts one and gives it all that is new. */
  async release(...version: Parameters<Deployment['start']>): Promise<AgentClient> {
    const client = await this.start(...version);
    await this.setCurrent(client, version[0]);
    return client;
  }

  /** Resolves when all of its task queue goes by it, as far as the server says. A version is known once its worker has asked for work. */
  async setCurrent({ temporal }: AgentClient, buildId: string): Promise<void> {
    const { workflowService, options } = temporal;
    const deployment = { namespace: options.namespace, deploymentName: this.name };
    await until(() =>
      workflowService.setWorkerDeploymentCurrentVersion({ ...deployment, buildId }).catch(() => undefined),
    );
    const patientUntil = Date.now() + ROUTING_TIME;
    await until(async () => {
      const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment(deployment);
      const isRouted = workerDeploymentInfo?.routingConfigUpdateState === ROUTING_COMPLETED;
      return isRouted || Date.now() > patientUntil ? true : undefined;
    });
  }

  async stop(buildId: string): Promise<void> {
    await this.#versions.get(buildId)?.stop();
    this.#versions.delete(buildId);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#versions.keys()].map((buildId) => this.stop(buildId)));
  }
}

/** By which versions the workflow runs of a workflow were served, oldest first: `v1`, `v1 v2`. */
export async function versionsOf(client: AgentClient, id: string): Promise<readonly string[]> {
  const chain = await chainOf(client, id);
  return chain.map(({ events }) => {
    const served = events.flatMap(({ workflowTaskCompletedEventAttributes: done }) =>
      done ? [done.deploymentVersion?.buildId ?? 'none'] : [],
    );
    return [...new Set(served)].join(' ');
  });
}
