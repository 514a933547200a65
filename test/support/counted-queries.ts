// How often the activities of a worker ask a run for its transcript.
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { CreateWorkerOptions } from 'perdure/worker';

export interface CountedQueries {
  /** For a worker. */
  readonly temporal: NonNullable<CreateWorkerOptions['temporal']>;
  readonly count: () => number;
}

export function countedQueries(): CountedQueries {
  let count = 0;
  const counting: WorkflowClientInterceptor = {
    query: (input, next) => {
      count += 1;
      return next(input);
    },
  };
  return { temporal: { interceptors: { client: { workflow: [counting] } } }, count: () => count };
}
