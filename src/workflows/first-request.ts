import { isCancellation, proxySinks, scheduleActivity, workflowInfo } from '@temporalio/workflow';
import type { HeldMessages } from '../common/carried-run';
import { isBoundedAs, isRequestBounds, mayBeginRun } from '../common/first-request';
import { isJsonObject } from '../common/json';
import { advanceAddress, EMPTY_TRANSCRIPT } from '../common/transcript';
import {
  type BegunRun,
  FIRST_REQUEST_MEMO,
  MODEL_REQUEST_ACTIVITY,
  type ModelRequestInput,
  type RequestBounds,
  RUN_SINK,
  type RunRequest,
  type RunSinks,
  toFirstMessage,
} from '../common/wire';
import { type RunState, startRun, withAllTold, withModelFailure, withModelResponse } from './loop';
import { showFirstRequest } from './operator-view';
import { toModelFailure, toModelRequestOptions } from './request-model';
import { resolveAgent } from './resolve-agent';
import { answerTranscriptQueries } from './transcript-query';

const sinks = proxySinks<RunSinks>();

const PROMPT = { input: true } as const;

/** How the first model request is to be scheduled, where it may begin the run. */
export function boundsOfFirstRequest(request: RunRequest): RequestBounds | undefined {
  const bounds = workflowInfo().memo?.[FIRST_REQUEST_MEMO];
  if (!isRequestBounds(bounds) || !isJsonObject(request)) return undefined; // others may start a run with anything
  return mayBeginRun(request) ? bounds : undefined;
}

/** The state after the first model request, which had the agent resolved on its way: one round trip instead of two. */
export async function beginByAsking(request: RunRequest, bounds: RequestBounds): Promise<RunState> {
  showFirstRequest(bounds.model);
  if (!workflowInfo().unsafe.isReplaying) sinks[RUN_SINK].asked(request); // who replays has no sinks to give
  answerTranscriptQueries(() => ({ request, transcript: transcriptOf(request) }));
  const input: ModelRequestInput = {
    transcript: { base: EMPTY_TRANSCRIPT, append: [PROMPT] },
    begin: bounds,
  };
  const options = toModelRequestOptions(1, { ...bounds, modelCall: bounds });
  let begun: BegunRun;
  try {
    begun = await scheduleActivity<BegunRun>(MODEL_REQUEST_ACTIVITY, [input], options);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return beginFailed(request, { bounds, error });
  }
  const { manifest, answer } = begun;
  const state = startRun(request, manifest);
  return answer === undefined ? withAllTold(state) : withModelResponse(state, answer);
}

/** What a worker is told that was not told by the sink. */
function transcriptOf(request: RunRequest): HeldMessages {
  const { version } = advanceAddress(EMPTY_TRANSCRIPT, PROMPT);
  return { start: EMPTY_TRANSCRIPT, earlier: [], messages: [toFirstMessage(request)], versions: [version] };
}

/** The request failed for good: because of the model, unless the agent cannot be resolved either. */
async function beginFailed(
  request: RunRequest,
  { bounds, error }: { bounds: RequestBounds; error: unknown },
): Promise<RunState> {
  const manifest = await resolveAgent(request);
  const state = startRun(request, manifest);
  if (!isBoundedAs(manifest, bounds)) return withAllTold(state); // the model was not asked
  return withModelFailure(state, toModelFailure(error, manifest.model));
}
