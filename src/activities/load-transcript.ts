import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { UserError } from '../common/errors';
import { GRPC_STATUS } from '../common/grpc-status';
import { packMessages } from '../common/packed-messages';
import { fittingSize } from '../common/payload-size';
import type { PackedMessages } from '../common/wire';
import { readRun, type RecordedRun } from '../history';
import { whileAlive } from './current-run';

/** The activity that fetches the messages of an ended run, so that another can continue them and stand on its own. */
export function loadTranscriptActivity(runId: string): Promise<PackedMessages> {
  return whileAlive(async () => {
    const run = await read(runId);
    if (!run.ended) throw new UserError(`continueFrom: run '${runId}' has not ended`);
    const packed = packMessages(run.messagesSoFar());
    fittingSize(packed, `continueFrom: the packed messages of run '${runId}'`);
    return packed;
  });
}

async function read(runId: string): Promise<RecordedRun> {
  try {
    return await readRun(Context.current().client, runId);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError) && !isNotFound(error)) throw error;
    throw new UserError(`continueFrom: no run '${runId}' exists`, { cause: error });
  }
}

/** An invalid argument is the server's answer to an id that no run could have. */
function isNotFound(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === GRPC_STATUS.notFound || error.code === GRPC_STATUS.invalidArgument;
}
