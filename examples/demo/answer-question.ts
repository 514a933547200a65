import type { AgentClient } from 'perdure/client';
import type { support } from './agents';
import { followRun } from './follow-run';
import { printAnswer, printFact, printTitle } from './screen';

/** The first run: what an agent does, while it does it. */
export async function answerQuestion(client: AgentClient): Promise<void> {
  printTitle('1  A run: a model, two tools, a typed answer');
  const startedAt = Date.now();
  const prompt = 'Where is order 1042, and when will it arrive?';
  const handle = await client.start<typeof support>('support', prompt);
  printFact('page', handle.url ?? handle.id);
  printAnswer(await followRun(handle, { startedAt }));
}
