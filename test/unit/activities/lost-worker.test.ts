import type { Context } from '@temporalio/activity';
import { forgetLostWorker } from '../../../src/activities/lost-worker';
import { inActivity, SOME_RUN as RUN } from '../../support/activity-context';

const TIMED_OUT = { timeoutFailureInfo: { timeoutType: 4 } };
const REFUSED = { applicationFailureInfo: { type: 'ModelRequestError' } };

/** What an attempt asks of the server, where earlier ones failed so. */
async function asked(attempt: number, lastFailure: object): Promise<readonly (readonly [string, unknown])[]> {
  const calls: [string, unknown][] = [];
  const workflowService = {
    describeWorkflowExecution: (place: unknown) => {
      calls.push(['describe', place]);
      const other = { activityId: '6', lastFailure: TIMED_OUT };
      return Promise.resolve({ pendingActivities: [other, { activityId: '7', lastFailure }] });
    },
    resetStickyTaskQueue: (place: unknown) => {
      calls.push(['reset', place]);
      return Promise.resolve({});
    },
  };
  const context = {
    client: { workflowService, options: { namespace: 'default' } },
    info: { attempt, activityId: '7' },
  };
  await inActivity(context as unknown as Partial<Context>, () => forgetLostWorker(RUN)); // all that is asked for
  return calls;
}

const place = { namespace: 'default', execution: { workflowId: 'workflow', runId: 'run' } };

describe('before a worker asks for a transcript', () => {
  it('has the server forget the one whose attempt timed out', async () => {
    expect(await asked(2, TIMED_OUT)).toEqual([
      ['describe', place],
      ['reset', place],
    ]);
  });

  it('leaves it the one whose attempt failed: that one lives, and knows', async () => {
    expect(await asked(2, REFUSED)).toEqual([['describe', place]]);
  });

  it('asks for nothing at the first attempt', async () => {
    expect(await asked(1, TIMED_OUT)).toEqual([]);
  });
});
