import { activityInfo, Context } from '@temporalio/activity';
import type { TurnReference } from '../common/wire';

/** The run that the current activity works for. */
export interface CurrentRun {
  /** The run's id; that of a turn names its conversation, too. */
  readonly runId: string;
  /** The turn of a conversation. */
  readonly turn: string | undefined;
  readonly workflowId: string;
  /** The workflow's run id: one workflow id can have several. */
  readonly executionId: string;
  /** The workflow's type, or the agent of the turn. */
  readonly agent: string;
  /** Names the run in this worker's cache. */
  readonly key: string;
}

export function currentRun(turn?: TurnReference): CurrentRun {
  const { workflowExecution, workflowType } = activityInfo();
  if (workflowExecution === undefined || workflowType === undefined) {
    throw new Error('an activity of an agent was started outside of a workflow');
  }
  const { workflowId, runId: executionId } = workflowExecution;
  return {
    runId: turn === undefined ? workflowId : `${workflowId}/${turn.id}`,
    turn: turn?.id,
    workflowId,
    executionId,
    agent: turn?.agent ?? workflowType,
    key: keyOf(workflowId, executionId),
  };
}

export function keyOf(workflowId: string, executionId: string): string {
  return `${workflowId}/${executionId}`;
}

/** In milliseconds. */
const MAX_HEARTBEAT_INTERVAL = 1_000;

/** Several heartbeats fit into a time-out, so that a late one is not taken for a death. */
const HEARTBEATS_PER_TIMEOUT = 4;

/**
 * Runs work while telling the server, at least every second, that this worker lives; that is also how a cancellation
 * gets here.
 * Rejects as soon as the activity is cancelled, whatever the work does.
 */
export async function whileAlive<Result>(
  work: (heartbeat: (details?: unknown) => void) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  let lastDetails: unknown;
  const beat = (): void => {
    if (!activityInfo().isLocal) context.heartbeat(lastDetails); // a local one has no heartbeats
  };
  const timer = setInterval(beat, heartbeatInterval());
  const heartbeat = (details?: unknown): void => {
    lastDetails = details;
    beat();
  };
  try {
    return await Promise.race([work(heartbeat), context.cancelled]);
  } finally {
    clearInterval(timer);
  }
}

function heartbeatInterval(): number {
  const { heartbeatTimeoutMs = Infinity } = activityInfo();
  return Math.min(MAX_HEARTBEAT_INTERVAL, heartbeatTimeoutMs / HEARTBEATS_PER_TIMEOUT);
}
