import { log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { AGENT_SEARCH_ATTRIBUTES } from '../common/search-attributes';

/** Finds out, once per worker, whether the namespace has the agent search attributes: an unknown one would block a run. */
export class SearchAttributeCheck {
  #registered: Promise<boolean> | undefined;

  registered(client: Client): Promise<boolean> {
    this.#registered ??= areRegistered(client).catch((error: unknown) => {
      log.warn('cannot see whether the namespace has the agent search attributes; runs go without them', {
        error,
      });
      return false;
    });
    return this.#registered;
  }
}

async function areRegistered(client: Client): Promise<boolean> {
  const { namespace } = client.options;
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(AGENT_SEARCH_ATTRIBUTES).every((name) => name in customAttributes);
}
