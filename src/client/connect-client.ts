import { Client } from '@temporalio/client';
import { connect, type ResolvedSettings } from '../connection';

/** A Temporal client on a connection of its own. */
export async function connectClient(settings: ResolvedSettings): Promise<Client> {
  return new Client({ connection: await connect(settings), namespace: settings.namespace });
}
