import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient, RunHandle } from 'perdure/client';
import type { replacements } from './agents';
import { followRun } from './follow-run';
import { type ActivityCount, reportRecovery, untilToolRuns } from './recovery';
import { printAnswer, printEvent, printFact, printTitle } from './screen';
import type { Workers } from './workers';

/** The worker is killed when a tool runs after this many model requests: in the middle. */
const REQUESTS_BEFORE_KILL = 3;

/** How long the tool runs before that, in milliseconds; long enough to be seen in the transcript. */
const INTO_THE_CALL = 300;

/** The second run: its worker dies in the middle, and it goes on. */
export async function surviveKill(client: AgentClient, workers: Workers): Promise<void> {
  printTitle('2  A longer one, and its worker is killed in the middle');
  const startedAt = Date.now();
  const requestsBefore = workers.modelRequests;
  const prompt = 'Order 1042 arrived broken. Please send a new one.';
  const handle = await client.start<typeof replacements>('replacements', prompt);
  printFact('page', handle.url ?? handle.id);
  const [result, kill] = await Promise.all([
    followRun(handle, { startedAt }),
    killInTheMiddle(client, handle, { workers, startedAt }),
  ]);
  printAnswer(result);
  if (kill === undefined) {
    printFact('note', 'The run was over before its worker could be killed.');
    return;
  }
  const { model, tools, untilNextResult } = await reportRecovery(client, handle, kill.at);
  printFact(
    'went on',
    `${seconds(kill.pause)} after the kill, next result after ${seconds(untilNextResult)}`,
  );
  const logged = workers.modelRequests - requestsBefore;
  const log = logged === 0 ? '' : `; ${logged} in the model's own log`;
  printFact('model', `${describe(model)}${log}`);
  printFact('tools', describe(tools));
}

interface Kill {
  readonly at: number;
  /** Until another worker had the work that was lost. */
  readonly pause: number;
}

/** Resolves to nothing when the run was over too soon. */
async function killInTheMiddle(
  client: AgentClient,
  handle: RunHandle,
  { workers, startedAt }: { readonly workers: Workers; readonly startedAt: number },
): Promise<Kill | undefined> {
  const say = (text: string): void =>
    printEvent((Date.now() - startedAt) / 1000, 'demo', { text, style: ['bold', 'red'] });
  const victim = await untilToolRuns(client, handle, async () => {
    return (await countRequests(handle)) >= REQUESTS_BEFORE_KILL;
  });
  if (victim === undefined) return undefined;
  await sleep(INTO_THE_CALL);
  const dead = await workers.kill();
  const at = Date.now();
  say(`SIGKILL: worker ${dead} is gone, with '${victim.name}'`);
  say(`started worker ${workers.start().pid}`);
  const again = await untilToolRuns(client, handle, ({ attempt }) => attempt > victim.attempt);
  if (again === undefined) return undefined;
  say(`goes on: '${again.name}' again, same idempotency key`);
  return { at, pause: (Date.now() - at) / 1000 };
}

async function countRequests(handle: RunHandle): Promise<number> {
  return (await handle.usage()).requests;
}

function describe({ calls, attempts }: ActivityCount): string {
  const repeated = attempts - calls;
  const verdict = repeated === 0 ? 'none was repeated' : `the ${repeated} in flight was repeated`;
  return `${calls} calls in history, ${attempts} attempts: ${verdict}`;
}

function seconds(duration: number): string {
  return `${duration.toFixed(1)} s`;
}
