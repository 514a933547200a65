import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import type { AgentManifest, CallPolicy, RequestBounds } from '../common/wire';

/** Time beyond a call's own time-out in which the worker reports that it was up. */
const TIMEOUT_GRACE = 5_000;

/** One retry layer for all calls: Temporal's, bounded, and noticing a dead worker by its heartbeats. */
export function toActivityOptions(
  { heartbeatTimeout, ...policy }: RequestBounds,
  summary: string,
): ActivityOptions {
  return { ...toLocalActivityOptions(policy, summary), heartbeatTimeout };
}

/** How an agent's model requests are bounded. */
export function modelBoundsOf({ modelCall, heartbeatTimeout }: AgentManifest): RequestBounds {
  return { ...modelCall, heartbeatTimeout };
}

/** The same without heartbeats: a local activity dies with its worker, and its workflow task is done again. */
export function toLocalActivityOptions(
  { timeout, maximumAttempts }: CallPolicy,
  summary: string,
): LocalActivityOptions & ActivityOptions {
  return {
    startToCloseTimeout: timeout + TIMEOUT_GRACE,
    // A cancelled run ends when its calls have: the UI then shows none as still pending.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '30s',
      maximumAttempts,
    },
    summary,
  };
}
