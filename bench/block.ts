import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Contender, Runs } from './contenders/contender';
import { Program } from './processes/program';
import { DEFAULT_ANSWER_BYTES, type Script, toPrompt } from './provider/script';
import type { Stage } from './stage';
import type { WorkerContract, WorkerSettings } from './workers/contract';

export interface BlockOptions {
  readonly maxCachedWorkflows?: number;
  /** Whether the worker can tell what it holds. @default false */
  readonly memory?: boolean;
  /** A folder for profiles of the worker's CPU. @default none are made */
  readonly profiles?: string | undefined;
}

const MEMORY_PROBE = [
  '--no-flush-bytecode', // of what only a start runs: it would go while something else is counted
  '--disable-warning=ExperimentalWarning', // of `queryObjects`
  '--require',
  path.join(__dirname, 'processes', 'isolate-heaps.cjs'),
];

/** One contender with its worker, on a task queue of its own. */
export class Block {
  readonly #options: BlockOptions;
  readonly taskQueue = `bench-${randomUUID()}`;
  readonly #runs: Runs;
  #worker: Program<WorkerContract> | undefined;

  constructor(
    readonly stage: Stage,
    readonly contender: Contender,
    options: BlockOptions = {},
  ) {
    this.#options = options;
    this.#runs = contender.connect(stage.temporal, this.taskQueue);
  }

  get worker(): Program<WorkerContract> {
    if (this.#worker === undefined) throw new Error('this block has no worker at the moment');
    return this.#worker;
  }

  async startWorker(): Promise<void> {
    const { maxCachedWorkflows, memory, profiles } = this.#options;
    const { address, floorBundle, baseURL } = this.stage;
    const options: WorkerSettings = {
      address,
      floorBundle,
      taskQueue: this.taskQueue,
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    };
    this.#worker = await Program.start<WorkerContract>(this.contender.worker, {
      options,
      environment: { OPENAI_BASE_URL: baseURL },
      nodeOptions: [
        ...(memory === true ? MEMORY_PROBE : []),
        ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
      ],
    });
  }

  async stopWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.stop();
  }

  async killWorker(): Promise<void> {
    const { worker } = this;
    this.#worker = undefined;
    await worker.kill();
  }

  /** From the start to the answer, in milliseconds. */
  run(script: Script): Promise<number> {
    return timeAnswer(script, (prompt) => this.#runs.run(randomUUID(), prompt));
  }

  /** A conversation whose turns are timed as runs are. */
  chat(id: string): (script: Script) => Promise<number> {
    const chat = this.#runs.chat?.(id);
    if (chat === undefined) throw new Error(`'${this.contender.name}' has no conversations`);
    return (script) => timeAnswer(script, (prompt) => chat.send(randomUUID(), prompt));
  }

  /** Returns the run's id. */
  async start(script: Script): Promise<string> {
    const id = randomUUID();
    await this.#runs.start(id, toPrompt(script));
    return id;
  }

  async finish(id: string, script: Script): Promise<void> {
    assertAnswer(await this.#runs.result(id), script);
  }
}

async function timeAnswer(script: Script, ask: (prompt: string) => Promise<unknown>): Promise<number> {
  const prompt = toPrompt(script);
  const startedAt = performance.now();
  const answer = await ask(prompt);
  const duration = performance.now() - startedAt;
  assertAnswer(answer, script);
  return duration;
}

/** Who is fast because it answers nothing is not fast. */
function assertAnswer(answer: unknown, { answerBytes = DEFAULT_ANSWER_BYTES }: Script): void {
  if (typeof answer === 'string' && answer.length === answerBytes) return;
  throw new Error(`a run was to answer with ${answerBytes} characters, not with ${JSON.stringify(answer)}`);
}
