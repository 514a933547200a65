import type { Client } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { attributesAtStart, type KnownRun } from '../common/search-attributes';
import { hasAgentAttributes } from '../connection/registered-attributes';

/** How long the first start of a client may take to ask for the namespace's attributes, in milliseconds. */
const PATIENCE = 2_000;

/** The search attributes that a client gives the runs that it starts: what it knows, the worker need not add. */
export class StartAttributes {
  readonly #client: Client;
  #registered: Promise<boolean> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** None in a namespace that has not all of them, or does not tell. */
  async of(run: KnownRun): Promise<SearchAttributePair[]> {
    this.#registered ??= this.#ask();
    return (await this.#registered) ? attributesAtStart(run) : [];
  }

  #ask(): Promise<boolean> {
    const asked = this.#client.withDeadline(Date.now() + PATIENCE, () => hasAgentAttributes(this.#client));
    return asked.catch(() => false); // the worker sees to it, or the start says that the server is gone
  }
}
