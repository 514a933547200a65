import { jsonBytes } from '../common/json';
import type { AdoptionInput } from '../common/wire';
import { currentRun, keyOf } from './current-run';
import type { Services } from './services';

/** The activity that a workflow run which goes on with another one begins with: the worker may know that one's messages. */
export function adoptTranscriptActivity({ cache }: Services) {
  return ({ from, reached, request, turn }: AdoptionInput): Promise<void> => {
    const run = currentRun();
    cache.adopt(run.key, keyOf(run.workflowId, from));
    if (reached !== undefined) cache.reach(run.key, reached);
    if (request !== undefined) cache.keepRequest(run.key, { request, turn }, jsonBytes(request));
    return Promise.resolve();
  };
}
