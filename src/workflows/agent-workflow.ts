import { isCancellation } from '@temporalio/workflow';
import { type RunInput, type RunOutcome, toRunRequest } from '../common/wire';
import { callTools } from './call-tools';
import { withContinuedMessages } from './continued-messages';
import { toFailure } from './failure';
import { toOutcome } from './outcome';
import { nextStep, startRun, withToolOutcomes } from './loop';
import { showEnd, showStart, showStep } from './operator-view';
import { requestModel } from './request-model';
import { resolveAgent } from './resolve-agent';
import { answerTranscriptQueries } from './transcript-query';

/** One run of an agent: step after step until one ends it. The workflow's type is the agent's name. */
export async function runAgent(input: RunInput): Promise<RunOutcome> {
  const request = await withContinuedMessages(toRunRequest(input));
  const manifest = await resolveAgent(request);
  let state = startRun(request, manifest);
  answerTranscriptQueries(() => state);
  showStart(state);
  for (;;) {
    const step = nextStep(state);
    showStep(state, step);
    try {
      switch (step.kind) {
        case 'request-model':
          state = await requestModel(state, step);
          break;
        case 'call-tools':
          state = withToolOutcomes(state, await callTools(state, step.calls));
          break;
        case 'finish':
          showEnd(state, 'completed');
          return toOutcome(state, step.output);
        case 'fail':
          showEnd(state, 'failed');
          throw toFailure(state, step.failure);
      }
    } catch (error) {
      if (isCancellation(error)) showEnd(state, 'cancelled');
      throw error;
    }
  }
}
