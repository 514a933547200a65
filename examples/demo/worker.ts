// Serves the agents of this folder: node --import tsx examples/demo/worker.ts
import { createWorker } from 'perdure/worker';
import { replacements, support } from './agents';
import { endWithDemo, leaveDemo, reportToDemo } from './parent-process';

async function main(): Promise<void> {
  endWithDemo();
  const taskQueue = process.env.DEMO_TASK_QUEUE ?? 'agents';
  const worker = await createWorker({ agents: [support, replacements], taskQueue });
  reportToDemo('ready');
  await worker.run();
  leaveDemo();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
