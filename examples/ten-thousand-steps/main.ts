// One run of ten thousand tool calls: npm run ten-thousand-steps -- --help
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentClient } from 'perdure/client';
import { type DevServer, startDevServer } from 'perdure/dev-server';
import { ROLL_OVER_VARIABLE } from './agent';
import { JOURNAL_VARIABLE } from './journal';
import { HELP, type Options, parseOptions } from './options';
import { report } from './report';
import { Screen, toNumber } from './screen';
import { walk } from './walk';
import { WorkerProcess } from './worker-process';

/** Exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const options = parseOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const screen = new Screen();
  const server = await startDevServer({ onProgress: (line) => screen.line(line) });
  const folder = mkdtempSync(path.join(tmpdir(), 'ten-thousand-steps-'));
  const runId = `ten-thousand-steps-${randomUUID()}`;
  const journal = path.join(folder, 'journal');
  writeFileSync(journal, '');
  const worker = new WorkerProcess(runId, {
    TEMPORAL_ADDRESS: server.address,
    [JOURNAL_VARIABLE]: journal,
    [ROLL_OVER_VARIABLE]: String(options.rollOver ?? ''),
  });
  try {
    const setting = { server, runId, worker, journal, screen };
    return await Promise.race([readBook(options, setting), worker.died, untilInterrupted()]);
  } finally {
    await worker.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Setting {
  readonly server: DevServer;
  /** The task queue's name, too: workers of others do not take part. */
  readonly runId: string;
  readonly worker: WorkerProcess;
  readonly journal: string;
  readonly screen: Screen;
}

async function readBook({ calls, kills }: Options, { server, ...setting }: Setting): Promise<number> {
  const { runId, worker, screen } = setting;
  const { address, uiUrl } = server;
  const client = await AgentClient.connect({
    address,
    taskQueue: runId,
    ...(uiUrl === undefined ? {} : { uiUrl }),
  });
  try {
    const model = process.env.OPENAI_API_KEY
      ? 'openai:gpt-5-nano'
      : 'offline (OPENAI_API_KEY for a real one)';
    screen.fact('run', `one, of ${toNumber(calls)} tool calls; model ${model}`);
    screen.fact('page', client.getRun(runId).url ?? runId);
    await worker.start();
    const startedAt = Date.now();
    const everything = { client, calls, kills, ...setting };
    const result = await walk(everything);
    await report(everything, result, (Date.now() - startedAt) / 1000);
    return 0;
  } finally {
    await client.close();
  }
}

function untilInterrupted(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(INTERRUPTED));
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`\nThe run failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
