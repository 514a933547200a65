// The frame of every worker program: says when it is ready, and dies with the test that started it.
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createWorker, type CreateWorkerOptions } from 'perdure/worker';

/** What the test passed as this program's argument. */
export function programOptions<Options>(): Options {
  return JSON.parse(process.argv[2] ?? '{}') as Options; // the test and its program agree on it
}

export async function runWorker(options: CreateWorkerOptions): Promise<void> {
  process.once('disconnect', () => process.exit(1));
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await createWorker(options);
  const running = worker.run();
  process.send?.('ready');
  await running;
  process.exit(0);
}
