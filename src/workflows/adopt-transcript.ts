import { isCancellation, scheduleLocalActivity, workflowInfo } from '@temporalio/workflow';
import { ADOPT_TRANSCRIPT_ACTIVITY, type AdoptionInput } from '../common/wire';

/**
 * Tells the worker that this workflow run goes on with another one, so that it need not ask for what it knows of that
 * one. A local activity: one event. Without it nothing is lost but time.
 */
export async function adoptTranscript(asked: Omit<AdoptionInput, 'from'>): Promise<void> {
  const { continuedFromExecutionRunId: from } = workflowInfo();
  if (from === undefined) return;
  const input: AdoptionInput = { from, ...asked };
  try {
    await scheduleLocalActivity(ADOPT_TRANSCRIPT_ACTIVITY, [input], {
      startToCloseTimeout: '10s',
      retry: { maximumAttempts: 1 },
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
