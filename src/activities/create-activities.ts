import { type RecordedEnd, TURN_ENDED_ACTIVITY } from '../common/conversation-wire';
import {
  ADOPT_TRANSCRIPT_ACTIVITY,
  COMPACT_TRANSCRIPT_ACTIVITY,
  LOAD_TRANSCRIPT_ACTIVITY,
  MODEL_REQUEST_ACTIVITY,
  RESOLVE_AGENT_ACTIVITY,
  type ResolveContext,
  type RunRequest,
} from '../common/wire';
import { adoptTranscriptActivity } from './adopt-transcript';
import { toActivityFailure } from './activity-failure';
import { callToolActivity } from './call-tool';
import { compactTranscriptActivity } from './compact-transcript';
import { loadTranscriptActivity } from './load-transcript';
import { requestModelActivity } from './request-model';
import { resolveAgent } from './resolve-agent';
import type { Services } from './services';

/** The activities of a worker, by type; `default` serves every tool. */
export function createActivities(services: Services): Record<string, (...args: never[]) => Promise<unknown>> {
  return {
    [RESOLVE_AGENT_ACTIVITY]: failing((request: RunRequest, context?: ResolveContext) =>
      resolveAgent(services, request, context),
    ),
    [MODEL_REQUEST_ACTIVITY]: failing(requestModelActivity(services)),
    [COMPACT_TRANSCRIPT_ACTIVITY]: failing(compactTranscriptActivity(services)),
    [ADOPT_TRANSCRIPT_ACTIVITY]: failing(adoptTranscriptActivity(services)),
    [TURN_ENDED_ACTIVITY]: (recorded: RecordedEnd) => Promise.resolve(recorded),
    [LOAD_TRANSCRIPT_ACTIVITY]: failing(loadTranscriptActivity),
    default: failing(callToolActivity(services)),
  };
}

/** Every failure leaves an activity in the form that Temporal records. */
function failing<Args extends unknown[], Result>(activity: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    try {
      return await activity(...args);
    } catch (error) {
      throw toActivityFailure(error);
    }
  };
}
