import { isCancellation, proxySinks, scheduleActivity, workflowInfo } from '@temporalio/workflow';
import type { HeldMessages } from '../common/carried-run';
import { asksFirst, isBoundedAs, isFirstRequest, mayBeginRun } from '../common/first-request';
import { isJsonObject } from '../common/json';
import { advanceAddress, EMPTY_TRANSCRIPT } from '../common/transcript';
import {
  type BegunRun,
  FIRST_REQUEST_MEMO,
  type FirstRequest,
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

/** What is known of the first model request, where it may begin the run. */
export function firstRequestInMemo(request: RunRequest): FirstRequest | undefined {
  const first = workflowInfo().memo?.[FIRST_REQUEST_MEMO];
  if (!isFirstRequest(first) || !isJsonObject(request)) return undefined; // others may start a run with anything
  return mayBeginRun(request) ? first : undefined;
}

/** The state after the first model request, which had the agent resolved on its way: one round trip instead of two. */
export async function beginByAsking(
  request: RunRequest,
  { model, ...bounds }: FirstRequest,
): Promise<RunState> {
  showFirstRequest(model);
  if (!workflowInfo().unsafe.isReplaying) sinks[RUN_SINK].asked(request); // who replays has no sinks to give
  answerTranscriptQueries(() => ({ request, transcript: transcriptOf(request) }));
  const input: ModelRequestInput = {
    transcript: { base: EMPTY_TRANSCRIPT, append: [PROMPT] },
    begin: bounds,
  };
  const options = toModelRequestOptions(1, model, bounds);
  let begun: BegunRun;
  try {
    begun = await scheduleActivity<BegunRun>(MODEL_REQUEST_ACTIVITY, [input], options);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return beginFailed(request, { bounds, error });
  }
  const { manifest = await resolveAgent(request), answer } = begun;
  const state = startRun(request, manifest);
  return answer === undefined ? withAllTold(state) : withModelResponse(state, answer);
}

/** What a worker is told that was not told by the sink. */
function transcriptOf(request: RunRequest): HeldMessages {
  const { version } = advanceAddress(EMPTY_TRANSCRIPT, PROMPT);
  return { start: EMPTY_TRANSCRIPT, earlier: [], messages: [toFirstMessage(request)], versions: [version] };
}

/** The request failed for good, which ends the run if it was the request that the agent wants made now. */
async function beginFailed(
  request: RunRequest,
  { bounds, error }: { bounds: RequestBounds; error: unknown },
): Promise<RunState> {
  const manifest = await resolveAgent(request);
  const state = startRun(request, manifest);
  if (!isBoundedAs(manifest, bounds) || !asksFirst(manifest, request)) return withAllTold(state);
  return withModelFailure(state, toModelFailure(error, manifest.model));
}
