// The demo: npm run demo [-- --stay]
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { AgentClient } from 'perdure/client';
import { type DevServer, startDevServer } from 'perdure/dev-server';
import { answerQuestion } from './answer-question';
import { paint, printFact, printLine, printTitle } from './screen';
import { surviveKill } from './survive-kill';
import { Workers } from './workers';

/** Exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const { stay } = parseArgs({ options: { stay: { type: 'boolean', default: false } } }).values;
  const interrupted = untilInterrupted();
  printLine(`\n${paint('bold', 'perdure')}: durable AI agents on Temporal\n`);
  const startedAt = Date.now();
  const server = await startDevServer({ onProgress: printLine });
  printFact(
    'server',
    `${server.address}, ${server.binary === undefined ? 'of TEMPORAL_ADDRESS' : `up ${since(startedAt)}`}`,
  );
  // Workers of others may listen on the usual queue of a server that was there already.
  const taskQueue = server.binary === undefined ? `demo-${randomUUID()}` : 'agents';
  const workers = new Workers({ TEMPORAL_ADDRESS: server.address, DEMO_TASK_QUEUE: taskQueue });
  try {
    const demo = runDemo(server, { workers, taskQueue, stay });
    return await Promise.race([demo, workers.died, interrupted.then(() => (stay ? 0 : INTERRUPTED))]);
  } finally {
    await workers.stop();
    await server.stop();
  }
}

interface Setting {
  readonly workers: Workers;
  readonly taskQueue: string;
  readonly stay: boolean;
}

async function runDemo(server: DevServer, { workers, taskQueue, stay }: Setting): Promise<number> {
  const { address, uiUrl } = server;
  const client = await AgentClient.connect({ address, taskQueue, ...(uiUrl === undefined ? {} : { uiUrl }) });
  try {
    if (uiUrl !== undefined) printFact('Temporal UI', uiUrl);
    printFact(
      'model',
      process.env.OPENAI_API_KEY
        ? 'openai:gpt-5-mini'
        : 'offline, by rules (set OPENAI_API_KEY for a real one)',
    );
    const startedAt = Date.now();
    const worker = workers.start();
    await worker.ready;
    printFact('worker', `process ${worker.pid}, up ${since(startedAt)}`);
    await answerQuestion(client);
    await surviveKill(client, workers);
    if (stay) await stayUp(server, taskQueue);
    return 0;
  } finally {
    await client.close();
  }
}

function stayUp({ address, uiUrl, binary }: DevServer, taskQueue: string): Promise<never> {
  printTitle('Server, UI and worker stay up until Ctrl-C');
  if (uiUrl !== undefined) printFact('look', uiUrl);
  const start = `workflow execute --type support --task-queue ${taskQueue} --input '"Where is order 1041?"'`;
  printFact('try', 'without this library:');
  printLine(`TEMPORAL_ADDRESS=${address} ${binary?.path ?? 'temporal'} ${start}`); // whole, to be copied
  return new Promise(() => {});
}

/** Once: a second Ctrl-C ends the demo without a goodbye. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function since(startedAt: number): string {
  return `in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
