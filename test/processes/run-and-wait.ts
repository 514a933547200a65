// Starts a run under a given id, says so, and waits for its result.
import { AgentClient } from 'perdure/client';
import { programOptions } from './run-worker';

async function main(): Promise<void> {
  const { taskQueue, runId } = programOptions<{ taskQueue: string; runId: string }>();
  const client = await AgentClient.connect({ taskQueue });
  const handle = await client.start('thinker', '3000', { runId });
  process.stdout.write('started\n');
  await handle.result();
}

void main();
