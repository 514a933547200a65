import { isCancellation, scheduleActivity, workflowInfo } from '@temporalio/workflow';
import { toOneLine } from '../common/json';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';
import {
  LOAD_TRANSCRIPT_ACTIVITY,
  type LoadedTranscript,
  type PackedMessages,
  type TranscriptPart,
} from '../common/wire';
import { toStartFailure } from './failure';

/** Which messages of another workflow are wanted; all of the last of its workflow runs by default. */
type Wanted = Omit<TranscriptPart, 'part'>;

/** A run that is asked to continue another one fails when that cannot be read. */
const ATTEMPTS = 5;

/** One that goes on, perhaps after days, does not fail because of minutes in which the server is busy. */
const PATIENT_ATTEMPTS = 30;

/** The messages of another run: recorded here, part by part, so that this one stands on its own. */
export async function loadMessages(runId: string, wanted?: Wanted): Promise<PackedMessages> {
  const { gzip, parts = 1 } = await loadPart(runId, wanted && { ...wanted, part: 0 });
  if (parts === 1) return { gzip };
  const all = [gzip];
  // One after the other: what comes in with one workflow task has to stay below 4 MB.
  for (let part = 1; part < parts; part++) {
    const next = await loadPart(runId, { ...wanted, part });
    all.push(next.gzip);
  }
  return { gzip: all };
}

/** The messages of the workflow run that this one goes on with. */
export async function loadOwnMessages(): Promise<PackedMessages> {
  const { workflowId, continuedFromExecutionRunId: execution } = workflowInfo();
  return loadMessages(workflowId, execution === undefined ? undefined : { execution });
}

async function loadPart(runId: string, part: TranscriptPart | undefined): Promise<LoadedTranscript> {
  const maximumAttempts = part?.execution === undefined ? ATTEMPTS : PATIENT_ATTEMPTS;
  try {
    return await scheduleActivity<LoadedTranscript>(
      LOAD_TRANSCRIPT_ACTIVITY,
      part === undefined ? [runId] : [runId, part],
      {
        startToCloseTimeout: '1m',
        heartbeatTimeout: '5s',
        retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts },
        summary: toOneLine(runId, MAX_SUMMARY_LENGTH),
      },
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw toStartFailure(error);
  }
}
