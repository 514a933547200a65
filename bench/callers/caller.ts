// A process that runs agents, waiting for them in one way or the other.
import { AgentClient, runSync } from 'perdure/client';
import { answerParent, programOptions } from '../processes/answer-parent';
import { toPrompt } from '../provider/script';
import type { CallerContract, CallerSettings } from './contract';

const { address, taskQueue } = programOptions<CallerSettings>();
const prompt = toPrompt({ calls: 0 });
let client: Promise<AgentClient> | undefined;

async function timeRuns(calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const startedAt = performance.now();
    client ??= AgentClient.connect({ address, taskQueue });
    await (await client).run('reader', prompt);
    times.push(performance.now() - startedAt);
  }
  return times;
}

function timeBlockingRuns(calls: number): number[] {
  return Array.from({ length: calls }, () => {
    const startedAt = performance.now();
    runSync('reader', prompt, { connection: { address }, taskQueue });
    return performance.now() - startedAt;
  });
}

process.once('SIGTERM', () => process.exit(0));
answerParent<CallerContract>({ run: timeRuns, runSync: timeBlockingRuns });
