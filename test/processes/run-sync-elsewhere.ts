// Calls `runSync` where no server is, then changes the environment and calls it again.
import { ServerUnreachableError } from 'perdure';
import { runSync } from 'perdure/client';
import { programOptions } from './run-worker';

const { taskQueue, address } = programOptions<{ taskQueue: string; address: string }>();

try {
  runSync('parrot', 'hi', { taskQueue, connection: { connectTimeout: '500ms' } });
} catch (error) {
  if (!(error instanceof ServerUnreachableError)) throw error;
  process.stdout.write(`${error.name} ${error.address}\n`);
}
process.env['TEMPORAL_ADDRESS'] = address;
process.stdout.write(`${String(runSync('parrot', 'hi', { taskQueue }).output)}\n`);
