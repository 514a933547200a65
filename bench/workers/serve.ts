import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { answerParent } from '../processes/answer-parent';
import { cpuOfThisProcess } from '../processes/cpu';
import type { WorkerContract } from './contract';
import { memoryOfThisProcess } from './memory';

/** The frame of both worker programs: the same runtime, the same questions, the same end. */
export async function serve(create: () => Promise<Worker>): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await create();
  const running = worker.run();
  answerParent<WorkerContract>({ cpu: cpuOfThisProcess, memory: memoryOfThisProcess });
  await running;
  process.exit(0);
}
