// Serves the agent, in the background.
import { createWorker } from 'perdure/worker';
import { support } from './agent';
import { runInBackground, TASK_QUEUE } from './background';
import { workerVersion } from './worker-version';

runInBackground('worker', async () => {
  const version = workerVersion();
  const worker = await createWorker({ agents: [support], taskQueue: TASK_QUEUE });
  const ended = worker.run();
  return {
    facts: { version },
    ended,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
});
