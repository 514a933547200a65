import { isJsonObject } from '../common/json';
import type { RunRequest } from '../common/wire';
import { loadMessages } from './load-messages';

/** The request with the messages of the run that it continues. */
export async function withContinuedMessages(request: RunRequest): Promise<RunRequest> {
  if (!isJsonObject(request)) return request; // others may start a run with anything
  const { continueFrom, ...rest } = request;
  // A wrong type, or messages beside it, are found when the agent is resolved.
  if (typeof continueFrom !== 'string' || rest.messageHistory !== undefined) return request;
  return { ...rest, messageHistory: await loadMessages(continueFrom) };
}
