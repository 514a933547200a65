import type { ActivityOptions } from '@temporalio/workflow';
import type { AgentManifest, CallPolicy } from '../common/wire';

/** Time beyond a call's own time-out in which the worker reports that it was up. */
const TIMEOUT_GRACE = 5_000;

/** One retry layer for all calls: Temporal's, bounded, and noticing a dead worker by its heartbeats. */
export function toActivityOptions(
  manifest: AgentManifest,
  policy: CallPolicy,
  summary: string,
): ActivityOptions {
  return {
    startToCloseTimeout: policy.timeout + TIMEOUT_GRACE,
    heartbeatTimeout: manifest.heartbeatTimeout,
    // A cancelled run ends when its calls have: the UI then shows none as still pending.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '30s',
      maximumAttempts: policy.maximumAttempts,
    },
    summary,
  };
}
