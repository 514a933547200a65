import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient, RunResult } from 'perdure/client';
import type { reader } from './agent';
import { codeOf } from './book';
import { Chain } from './chain';
import { readJournal } from './journal';
import { type Screen, toKibibytes, toNumber } from './screen';
import type { WorkerProcess } from './worker-process';

const LOOK_INTERVAL = 500;

/** Beyond one for each call: a real model may need another try. */
const SPARE_REQUESTS = 100;

export interface Walk {
  readonly client: AgentClient;
  readonly runId: string;
  readonly calls: number;
  readonly kills: number;
  readonly worker: WorkerProcess;
  readonly journal: string;
  readonly screen: Screen;
}

export type Result = RunResult<{ pages: number; lastWord: string }>;

/** One run, from its first call to its result; its worker is killed on the way. */
export async function walk(setting: Walk): Promise<Result> {
  const { client, runId, calls } = setting;
  let isOver = false;
  const run = client
    .run<typeof reader>('reader', `Read the book from page ${codeOf(1)} on.`, {
      runId,
      deps: { pages: calls },
      usageLimits: { requestLimit: calls + SPARE_REQUESTS },
    })
    .finally(() => (isOver = true));
  await Promise.race([run, accompany(setting, () => isOver)]); // whichever fails first says why
  return run;
}

async function accompany(setting: Walk, isOver: () => boolean): Promise<void> {
  const { client, runId, calls, kills, journal, screen, worker } = setting;
  const chain = new Chain(client, runId);
  let killed = 0;
  while (!isOver()) {
    await sleep(LOOK_INTERVAL);
    const { model, tools, tokens } = readJournal(journal);
    if (model.times === 0) continue; // it has not begun
    const { length, bytes } = await chain.look();
    const parts = [
      `${toNumber(tools.different)} of ${toNumber(calls)} calls`,
      `workflow run ${length}, ${toKibibytes(bytes)} of history in it`,
      `the model reads ${toNumber(tokens)} tokens`,
    ];
    screen.progress(parts.join(' · '), tools.different / calls);
    if (killed === kills || tools.different < (calls * (killed + 1)) / (kills + 1)) continue;
    killed += 1;
    screen.fact('SIGKILL', `worker ${await worker.kill()} is gone, after ${toNumber(tools.different)} calls`);
    await worker.start();
  }
}
