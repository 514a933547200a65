// A worker of the hand-written loops, with the options that this library's worker has.
import { NativeConnection, Worker } from '@temporalio/worker';
import { WORKER_DEFAULTS } from '../../src/worker/defaults';
import * as activities from '../floor/activities';
import { programOptions } from '../processes/answer-parent';
import type { WorkerSettings } from './contract';
import { serve } from './serve';

const { address, taskQueue, maxCachedWorkflows, floorBundle } = programOptions<WorkerSettings>();

void serve(async () =>
  Worker.create({
    ...WORKER_DEFAULTS,
    ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowBundle: { codePath: floorBundle },
    activities,
  }),
);
