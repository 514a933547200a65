import { WorkerProcess } from './worker-process';

/** The worker processes of the demo: one at a time. */
export class Workers {
  readonly #all: WorkerProcess[] = [];
  #reportDeath: (reason: unknown) => void = () => {};

  /** Rejects when one of them ends by itself. */
  readonly died = new Promise<never>((_resolve, reject) => (this.#reportDeath = reject));

  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  /** What the models of all of them were asked, by their own account. */
  get modelRequests(): number {
    return this.#all.reduce((sum, { modelRequests }) => sum + modelRequests, 0);
  }

  start(): WorkerProcess {
    const worker = new WorkerProcess(this.environment);
    worker.died.catch(this.#reportDeath);
    this.#all.push(worker);
    return worker;
  }

  /** Kills the one that runs, and tells which it was. */
  async kill(): Promise<number | undefined> {
    const worker = this.#all.at(-1);
    await worker?.kill();
    return worker?.pid;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.stop()));
  }
}
