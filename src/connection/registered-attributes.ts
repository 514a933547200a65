import type { Client } from '@temporalio/client';
import { AGENT_SEARCH_ATTRIBUTES } from '../common/search-attributes';

/** Whether the client's namespace has the agent search attributes. A run that is given an unknown one cannot go on. */
export async function hasAgentAttributes(client: Client): Promise<boolean> {
  const { namespace } = client.options;
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(AGENT_SEARCH_ATTRIBUTES).every((name) => name in customAttributes);
}
