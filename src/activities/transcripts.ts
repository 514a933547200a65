import { Context } from '@temporalio/activity';
import { jsonBytes } from '../common/json';
import type { ModelMessage } from '../common/messages';
import { EMPTY_TRANSCRIPT, targetOf, type TranscriptDelta } from '../common/transcript';
import {
  type RunRequest,
  TRANSCRIPT_QUERY,
  type TranscriptQueryAnswer,
  type TranscriptQueryInput,
} from '../common/wire';
import { unpackMessages } from '../common/packed-messages';
import { type CurrentRun, keyOf } from './current-run';
import { forgetLostWorker } from './lost-worker';
import { restoreTranscript, type TranscriptSource } from './restore-transcript';
import type { TranscriptCache } from './transcript-cache';

/** What a run was asked, and what was said so far. */
export interface RunSoFar {
  readonly request: RunRequest;
  readonly messages: readonly ModelMessage[];
}

/** The state of a run that a delta leads to: from the cache, or else from the run's own workflow. */
export async function runSoFar(
  cache: TranscriptCache,
  run: CurrentRun,
  delta: TranscriptDelta,
): Promise<RunSoFar> {
  const request = cache.request(run.key, run.turn);
  const messages = cache.messages(run.key, delta);
  if (request !== undefined && messages !== undefined) return { request, messages };
  const want = targetOf(delta);
  return onceAtATime(`${run.key}/${want.length}/${want.version}`, () => restore(cache, run, delta));
}

async function restore(cache: TranscriptCache, run: CurrentRun, delta: TranscriptDelta): Promise<RunSoFar> {
  const known = cache.closestTo(run.key, delta);
  const addresses = { have: known.address, want: targetOf(delta) };
  await forgetLostWorker(run);
  const restored = await restoreTranscript(workflowOf(run), addresses);
  cache.keepSegment(run.key, known.address, restored);
  const { segment } = restored;
  const before =
    segment.from > 0
      ? known.messages.slice(0, segment.from)
      : unpackMessages(segment.earlier).slice(0, segment.start.length);
  return {
    request: segment.request,
    messages: [...before, ...segment.messages],
  };
}

const restoring = new Map<string, Promise<RunSoFar>>();

/** Hundreds of parallel calls of one response that a cold worker is given would each fetch the same transcript. */
function onceAtATime(key: string, fetch: () => Promise<RunSoFar>): Promise<RunSoFar> {
  const known = restoring.get(key);
  if (known !== undefined) return known;
  const fetching = fetch().finally(() => restoring.delete(key));
  restoring.set(key, fetching);
  return fetching;
}

/** What a run was asked, before the first of its activities. Losing it costs a query. */
export function rememberRequest(
  cache: TranscriptCache,
  { workflowId, runId }: { workflowId: string; runId: string },
  request: RunRequest,
): void {
  cache.keepRequest(keyOf(workflowId, runId), { request }, jsonBytes(request));
}

/** What a run was asked, without what was said. */
export async function requestOf(cache: TranscriptCache, run: CurrentRun): Promise<RunRequest> {
  const known = cache.request(run.key, run.turn);
  if (known !== undefined) return known;
  const { request } = await runSoFar(cache, run, { base: EMPTY_TRANSCRIPT, append: [] });
  return request;
}

function workflowOf({ workflowId, executionId }: CurrentRun): TranscriptSource {
  const handle = Context.current().client.workflow.getHandle(workflowId, executionId);
  return {
    query: (question) =>
      handle.query<TranscriptQueryAnswer, [TranscriptQueryInput]>(TRANSCRIPT_QUERY, question),
  };
}
