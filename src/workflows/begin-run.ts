import { isCancellation } from '@temporalio/workflow';
import { CARRIED_FORMAT, type CarriedRun, isHandedOn } from '../common/carried-run';
import type { RunRequest } from '../common/wire';
import { adoptTranscript } from './adopt-transcript';
import { withContinuedMessages } from './continued-messages';
import { toUserFailure } from './failure';
import { beginByAsking, firstRequestInMemo } from './first-request';
import { loadOwnMessages } from './load-messages';
import { fromCarried, type RunState, startRun, withLoaded } from './loop';
import { showEnd, showRefusal, showStart } from './operator-view';
import { resolveAgent } from './resolve-agent';

/** The state before the first step of a new run, or after it where the first model request begins the run. */
export async function beginRun(input: RunRequest): Promise<RunState> {
  try {
    const first = firstRequestInMemo(input);
    const state = await (first === undefined ? beginByResolving(input) : beginByAsking(input, first));
    showStart(state);
    return state;
  } catch (error) {
    if (isCancellation(error)) showRefusal('cancelled');
    else showRefusal('failed');
    throw error;
  }
}

async function beginByResolving(input: RunRequest): Promise<RunState> {
  const request = await withContinuedMessages(input);
  return startRun(request, await resolveAgent(request));
}

/** The state with which the workflow run before handed the run on. */
export async function resumeRun(request: RunRequest, carried: CarriedRun): Promise<RunState> {
  assertReadable(carried);
  const state = fromCarried(request, carried);
  try {
    return await completeRun(state, carried);
  } catch (error) {
    if (isCancellation(error)) showEnd(state, 'cancelled');
    else showEnd(state, 'failed');
    throw error;
  }
}

/** Adds the messages that were not handed on; the worker is told that the run is one that it may know. */
async function completeRun(state: RunState, { transcript, tail }: CarriedRun): Promise<RunState> {
  await adoptTranscript({ request: state.request, reached: { address: transcript.address, tail } });
  if (transcript.held !== undefined) return state;
  return { ...state, transcript: withLoaded(state.transcript, await loadOwnMessages()) };
}

/**
 * Fails the run when it was given something else than state. An error for what is newer does not: the workflow task is
 * tried again until a newer worker takes it.
 */
export function assertReadable(carried: unknown): void {
  if (!isHandedOn(carried)) {
    throw toUserFailure('the second argument is what one workflow run hands to the next; start without it');
  }
  const { format } = carried;
  if (format <= CARRIED_FORMAT) return;
  throw new Error(
    `the run was handed on by a newer version of perdure (form ${format}); this worker reads forms up to ${CARRIED_FORMAT}`,
  );
}
