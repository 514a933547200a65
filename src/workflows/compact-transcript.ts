import { isCancellation, scheduleActivity } from '@temporalio/workflow';
import { toOneLine } from '../common/json';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';
import { COMPACT_TRANSCRIPT_ACTIVITY, type CompactionInput, type CompactionResult } from '../common/wire';
import { modelBoundsOf, toActivityOptions } from './activity-options';
import { type CompactStep, type RunState, withCompaction, withCompactionFailure } from './loop';
import { toModelFailure } from './request-model';

/** Shortens the transcript on a worker; what it made of it is recorded once, as the activity's result. */
export async function compactTranscript(state: RunState, step: CompactStep): Promise<RunState> {
  const { manifest, usage, turn } = state;
  const { transcript, tokens, number } = step;
  const input: CompactionInput = {
    transcript,
    step: number,
    tokens,
    usage,
    ...(turn === undefined ? {} : { turn: turn.reference }),
  };
  const summary = toOneLine(`before step ${number} · about ${tokens} tokens`, MAX_SUMMARY_LENGTH);
  const options = toActivityOptions(modelBoundsOf(manifest), summary);
  let result: CompactionResult;
  try {
    result = await scheduleActivity<CompactionResult>(COMPACT_TRANSCRIPT_ACTIVITY, [input], options);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return withCompactionFailure(state, toModelFailure(error, manifest.model));
  }
  return withCompaction(state, result);
}
