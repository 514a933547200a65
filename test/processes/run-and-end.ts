// Awaits a run as a script would, and has nothing more to do.
import { AgentClient } from 'perdure/client';
import { programOptions } from './run-worker';

async function main(): Promise<void> {
  const { taskQueue } = programOptions<{ taskQueue: string }>();
  const client = await AgentClient.connect({ taskQueue });
  const { output } = await client.run('parrot', 'hi');
  process.stdout.write(`${String(output)}\n`);
}

void main();
