/** Does the same over and over again, always so many at a time, until it is stopped. */
export class SteadyLoad {
  readonly #going: Promise<unknown>;
  #ended = 0;
  #stopped = false;

  constructor(limit: number, work: () => Promise<unknown>) {
    const go = async (): Promise<void> => {
      while (!this.#stopped) {
        await work();
        this.#ended += 1;
      }
    };
    this.#going = Promise.all(Array.from({ length: limit }, go)); // what fails ends the benchmark, handled or not
  }

  /** How many have come to their end. */
  get ended(): number {
    return this.#ended;
  }

  /** What has begun may end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#going;
  }
}
