// Worker processes that die at random moments and are started again. Needs a Temporal server.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from 'perdure';
import { startWorkerProcess, type WorkerProcess } from './worker-process';

/** How long a worker lives before it is killed, in milliseconds. */
const SHORTEST_LIFE = 2_000;
const LONGEST_LIFE = 6_000;

export class WorkerFleet {
  readonly #program: string;
  readonly #options: JsonObject;
  #workers: WorkerProcess[] = [];
  readonly #killed = new Set<number>();

  constructor(program: string, options: JsonObject) {
    this.#program = program;
    this.#options = options;
  }

  /** The processes that were killed. */
  get killed(): ReadonlySet<number> {
    return this.#killed;
  }

  async start(workers: number): Promise<void> {
    this.#workers = await Promise.all(Array.from({ length: workers }, () => this.#startOne()));
  }

  /** Kills the worker that lived longest and starts another, as often as asked. */
  async killAtRandom({ times, seed }: { readonly times: number; readonly seed: string }): Promise<void> {
    for (let round = 0; round < times; round++) {
      await sleep(SHORTEST_LIFE + chance(seed, round) * (LONGEST_LIFE - SHORTEST_LIFE));
      await this.replaceOldest();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  async replaceOldest(): Promise<void> {
    const [oldest, ...others] = this.#workers;
    if (oldest === undefined) throw new Error('no worker was started');
    this.#killed.add(oldest.pid);
    await oldest.kill();
    this.#workers = [...others, await this.#startOne()];
  }

  #startOne(): Promise<WorkerProcess> {
    return startWorkerProcess(this.#program, this.#options);
  }
}

/** A number from 0 to 1, the same for the same seed. */
function chance(seed: string, round: number): number {
  return createHash('sha256').update(`${seed}/${round}`).digest().readUInt32BE(0) / 2 ** 32;
}
