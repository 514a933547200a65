import type { InjectedSinks } from '@temporalio/worker';
import { rememberRequest, type TranscriptCache } from '../activities';
import { RUN_SINK, type RunSinks } from '../common/wire';

/** What workflows tell their worker. */
export function createSinks(cache: TranscriptCache): InjectedSinks<RunSinks> {
  return {
    [RUN_SINK]: {
      asked: {
        // eslint-disable-next-line id-denylist -- Temporal's name for it
        fn: (run, request) => rememberRequest(cache, run, request),
      },
    },
  };
}
