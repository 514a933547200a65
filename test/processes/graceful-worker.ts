// A worker whose agents answer after the time that the prompt names, in milliseconds. Prints what it does.
import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { defineAgent } from 'perdure';
import { functionModel } from 'perdure/testing';
import { createWorker } from 'perdure/worker';
import { promptOf } from '../support/agents';
import { programOptions } from './run-worker';

const thinker = defineAgent({
  name: 'thinker',
  model: functionModel(async (messages, { signal }) => {
    process.stdout.write('asked\n');
    signal.addEventListener('abort', () => process.stdout.write('handed back\n'));
    await sleep(Number(promptOf(messages)), undefined, { signal });
    process.stdout.write('answered\n');
    return 'Thought.';
  }),
});

async function main(): Promise<void> {
  const { taskQueue, shutdownGraceTime } = programOptions<{
    taskQueue: string;
    shutdownGraceTime?: number;
  }>();
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await createWorker({
    agents: [thinker],
    taskQueue,
    ...(shutdownGraceTime === undefined ? {} : { temporal: { shutdownGraceTime } }),
  });
  await worker.run();
}

void main();
