import type { WorkerOptions } from '@temporalio/worker';

/** Where Temporal's own defaults do not fit agents. Each can be set in the worker's options. */
export const WORKER_DEFAULTS = {
  /** An open run takes some 115 KB with a request in flight, and its transcript; Temporal derives a number from the heap limit alone. */
  maxCachedWorkflows: 500,
  /** Model requests and tool calls at a time; most of their time is waiting. */
  maxConcurrentActivityTaskExecutions: 100,
  /** How long a run waits for a worker that died before another takes it. Shorter, and runs are replayed needlessly under load. */
  stickyQueueScheduleToStartTimeout: '2s',
  /** A cancellation reaches a request with its next heartbeat. */
  maxHeartbeatThrottleInterval: '1s',
  /** On SIGTERM or SIGINT: what runs gets this long to finish, and is then handed back to the server. */
  shutdownGraceTime: '10s',
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 10 },
  activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 10 },
} as const satisfies Partial<WorkerOptions>;
export { DEFAULT_TASK_QUEUE } from '../common/wire';
