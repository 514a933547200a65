// A worker of this library.
import { createWorker } from 'perdure/worker';
import { programOptions } from '../processes/answer-parent';
import { localReader, reader } from './agents';
import type { WorkerSettings } from './contract';
import { serve } from './serve';

const { address, taskQueue, maxCachedWorkflows } = programOptions<WorkerSettings>();

void serve(() =>
  createWorker({
    agents: [reader, localReader],
    connection: { address },
    taskQueue,
    temporal: { ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }) },
  }),
);
