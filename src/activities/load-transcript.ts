import { activityInfo, Context } from '@temporalio/activity';
import { LRUCache } from 'lru-cache';
import { UserError } from '../common/errors';
import { GRPC_STATUS, isNotFound } from '../common/grpc-status';
import type { ModelMessage } from '../common/messages';
import { idSchema } from '../common/option-schemas';
import { packInParts } from '../common/packed-messages';
import type { LoadedTranscript, TranscriptPart } from '../common/wire';
import { readExecution, type Recorded } from '../history';
import { whileAlive } from './current-run';

/**
 * The activity that fetches, in parts, the messages of an ended run, or of the workflow run that this one goes on with,
 * so that it stands on its own.
 */
export function loadTranscriptActivity(
  runId: string,
  { part, ...wanted }: TranscriptPart = { part: 0 },
): Promise<LoadedTranscript> {
  return whileAlive(async () => {
    const parts = await onceForAllParts(runId, wanted, part);
    const gzip = parts[part];
    if (gzip === undefined) throw new Error(`the messages of run '${runId}' have no part ${part}`);
    return parts.length === 1 ? { gzip } : { gzip, parts: parts.length };
  });
}

type Wanted = Omit<TranscriptPart, 'part'>;

/** Of transcripts of which a part is still to come. Megabytes each: only a few. */
const loading = new LRUCache<string, Promise<readonly string[]>>({ max: 4 });

/** The parts are asked for one after the other, and the history of which they are made is read as a whole. */
async function onceForAllParts(runId: string, wanted: Wanted, part: number): Promise<readonly string[]> {
  const key = JSON.stringify([activityInfo().workflowExecution?.runId, runId, wanted]);
  const reading = loading.get(key) ?? readMessages(runId, wanted).then(packInParts);
  loading.set(key, reading);
  try {
    const parts = await reading;
    if (part >= parts.length - 1) loading.delete(key);
    return parts;
  } catch (error) {
    loading.delete(key);
    throw error;
  }
}

/** What the model would read next. A conversation that is forked goes on: of it, only so many events count. */
async function readMessages(
  runId: string,
  { execution, events, messages }: Wanted,
): Promise<readonly ModelMessage[]> {
  const run = await read({ runId, execution, events });
  const stands = run.ended || run.goesOn || events !== undefined;
  if (!stands) throw new UserError(`continueFrom: run '${runId}' has not ended`);
  return run.seenSoFar().slice(0, messages);
}

async function read(wanted: Parameters<typeof readExecution>[1]): Promise<Recorded> {
  const { runId } = wanted;
  if (!idSchema.safeParse(runId).success) throw notThere(runId);
  try {
    return await readExecution(Context.current().client, wanted);
  } catch (error) {
    if (!isNotFound(error) && !isImpossible(error)) throw error;
    throw notThere(runId, error);
  }
}

function notThere(runId: string, cause?: unknown): UserError {
  return new UserError(`continueFrom: no run '${runId}' exists`, { cause });
}

/** The server's answer to an id that no run could have. */
function isImpossible(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === GRPC_STATUS.invalidArgument
  );
}
