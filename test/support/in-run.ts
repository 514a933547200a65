// The activities of a run, called as a worker calls them, without a server behind them.
import type { Context } from '@temporalio/activity';
import type { CurrentRun } from '../../src/activities/current-run';
import { AgentRegistry, type Models } from '../../src/activities/agent-registry';
import { PriceList, type Prices } from '../../src/activities/prices';
import { SearchAttributeCheck } from '../../src/activities/search-attribute-check';
import type { Services } from '../../src/activities/services';
import { TranscriptCache } from '../../src/activities/transcript-cache';
import type { Agent } from '../../src/common/agent';
import { IN_HISTORY } from '../../src/common/payload-size';
import { inActivity } from './activity-context';

export const RUN = { workflowId: 'run-1', executionId: 'execution-1' } as const;

/** Names the run in a worker's cache. */
export const RUN_KEY: CurrentRun['key'] = `${RUN.workflowId}/${RUN.executionId}`;

export function servicesFor(
  agents: readonly Agent[],
  { models, prices }: { models?: Models; prices?: Prices } = {},
): Services {
  return {
    registry: new AgentRegistry(agents, models),
    cache: new TranscriptCache(),
    prices: new PriceList(prices),
    searchAttributes: new SearchAttributeCheck(),
    room: IN_HISTORY,
  };
}

/** Of a namespace without search attributes. */
const CLIENT = {
  options: { namespace: 'default' },
  connection: {
    operatorService: { listSearchAttributes: () => Promise.resolve({ customAttributes: {} }) },
  },
};

/** What an activity of a run of this agent finds around it. */
export function inRunOf<Result>(
  agent: Agent,
  work: () => Result,
  info: { activityType?: string; isLocal?: boolean; attempt?: number } = {},
): Result {
  const context = {
    info: {
      activityType: 'model.request',
      isLocal: false,
      ...info,
      workflowType: agent.name,
      workflowExecution: { workflowId: RUN.workflowId, runId: RUN.executionId },
      heartbeatTimeoutMs: 5000,
    },
    cancellationSignal: new AbortController().signal,
    cancelled: new Promise<never>(() => undefined),
    heartbeat: () => undefined,
    log: console,
    client: CLIENT,
  };
  return inActivity(context as unknown as Partial<Context>, work); // all that the code under test asks for
}
