import { AgentClient } from 'perdure/client';
import type { support } from './agents';

async function main(): Promise<void> {
  // #region start
  const client = await AgentClient.connect();
  const handle = await client.start<typeof support>('support', 'Where is order 42?', { runId: 'ticket-7' });
  console.log(handle.url); // its page in the Temporal UI
  console.log(await handle.status(), await handle.messages()); // while it runs, and later
  const { output } = await handle.result({ timeout: '1m', waitForWorker: '10s' });
  // #endregion start
  console.log(output.answer);
  await client.close();
}

void main();
