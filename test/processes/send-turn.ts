// Sends one turn several times at once, and prints what each was answered. Needs a Temporal server.
import { AgentClient } from 'perdure/client';
import { programOptions } from './run-worker';

async function main(): Promise<void> {
  const { taskQueue, conversation, prompt, turnId, times } = programOptions<{
    taskQueue: string;
    conversation: string;
    prompt: string;
    turnId: string;
    times: number;
  }>();
  const client = await AgentClient.connect({ taskQueue });
  const chat = client.conversation('talker', conversation);
  process.stdout.write('ready\n');
  const answers = await Promise.all(
    Array.from({ length: times }, async () => (await chat.send(prompt, { turnId })).output),
  );
  for (const answer of answers) process.stdout.write(`answer: ${String(answer)}\n`);
  await client.close();
}

void main();
