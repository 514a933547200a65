import type { Client } from '@temporalio/client';

/**
 * What a server is asked while somebody waits, until the signal fires. A call that Temporal's client is about to try again
 * does not hear the signal, and would throw out of a timer once the connection is closed: `idle` waits for it.
 */
export class Asking {
  readonly #client: Client;
  readonly #open = new Set<Promise<unknown>>();

  constructor(
    client: Client,
    readonly signal: AbortSignal,
  ) {
    this.#client = client;
  }

  ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const asked = this.#client.withAbortSignal(this.signal, call);
    const over: Promise<unknown> = asked
      .catch(() => undefined) // whoever asked handles it
      .finally(() => this.#open.delete(over));
    this.#open.add(over);
    return asked;
  }

  /** Ends when nothing is asked any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#open);
  }
}
