// Serves the reader, as long as the program lives that started it.
import { createWorker } from 'perdure/worker';
import { reader } from './agent';

async function main(): Promise<void> {
  process.once('disconnect', () => process.exit());
  const [, , taskQueue = ''] = process.argv;
  const worker = await createWorker({ agents: [reader], taskQueue });
  process.send?.('ready');
  await worker.run();
  process.exit();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
