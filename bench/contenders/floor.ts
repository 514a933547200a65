import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Contender, ContenderName } from './contender';

/** What is new goes to the model activity, the rest stays in the worker's memory: fast, and lost with the worker. */
export const floorDelta = serving('floor-delta', 'floorDelta');

/** The whole prompt goes to the model activity with each request, as most loops do it. */
export const floorWhole = serving('floor-whole', 'floorWhole');

function serving(name: ContenderName, workflow: string): Contender {
  return {
    name,
    worker: 'workers/floor.ts',
    connect: ({ workflow: client }, taskQueue) => ({
      run: (workflowId, prompt) => client.execute(workflow, { workflowId, taskQueue, args: [prompt] }),
      start: async (workflowId, prompt) =>
        void (await client.start(workflow, { workflowId, taskQueue, args: [prompt] })),
      result: (workflowId) => client.getHandle(workflowId).result(),
      chat: (workflowId) => ({
        send: (updateId, prompt) =>
          client.executeUpdateWithStart('send', {
            args: [prompt],
            updateId,
            startWorkflowOperation: new WithStartWorkflowOperation('floorConversation', {
              workflowId,
              taskQueue,
              args: [],
              workflowIdConflictPolicy: 'USE_EXISTING',
            }),
          }),
      }),
    }),
  };
}
