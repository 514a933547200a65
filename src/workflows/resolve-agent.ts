import { isCancellation, scheduleLocalActivity } from '@temporalio/workflow';
import {
  type AgentManifest,
  RESOLVE_AGENT_ACTIVITY,
  type ResolveContext,
  type RunRequest,
} from '../common/wire';
import { toStartFailure } from './failure';

/**
 * Asks the worker for the agent that this workflow's type names, and has it check the request. A local activity: one
 * event, its input is not recorded, and the worker remembers the request for the activities to come.
 */
export async function resolveAgent(request: RunRequest, context?: ResolveContext): Promise<AgentManifest> {
  try {
    return await scheduleLocalActivity<AgentManifest>(
      RESOLVE_AGENT_ACTIVITY,
      context === undefined ? [request] : [request, context],
      {
        startToCloseTimeout: '10s',
        retry: { initialInterval: '100ms', maximumAttempts: 5 },
      },
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw toStartFailure(error);
  }
}
