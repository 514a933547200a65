import { isCancellation, scheduleActivity } from '@temporalio/workflow';
import { isJsonObject, toOneLine } from '../common/json';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';
import { LOAD_TRANSCRIPT_ACTIVITY, type PackedMessages, type RunRequest } from '../common/wire';
import { toStartFailure } from './failure';

/** The request with the messages of the run that it continues: recorded here, so that this run stands on its own. */
export async function withContinuedMessages(request: RunRequest): Promise<RunRequest> {
  if (!isJsonObject(request)) return request; // others may start a run with anything
  const { continueFrom, ...rest } = request;
  // A wrong type, or messages beside it, are found when the agent is resolved.
  if (typeof continueFrom !== 'string' || rest.messageHistory !== undefined) return request;
  return { ...rest, messageHistory: await load(continueFrom) };
}

async function load(runId: string): Promise<PackedMessages> {
  try {
    return await scheduleActivity<PackedMessages>(LOAD_TRANSCRIPT_ACTIVITY, [runId], {
      startToCloseTimeout: '1m',
      heartbeatTimeout: '5s',
      retry: { initialInterval: '1s', maximumAttempts: 5 },
      summary: toOneLine(runId, MAX_SUMMARY_LENGTH),
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw toStartFailure(error);
  }
}
