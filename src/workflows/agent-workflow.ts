import { isCancellation } from '@temporalio/workflow';
import type { CarriedRun } from '../common/carried-run';
import {
  type CarriedConversation,
  type ConversationInput,
  type ConversationOutcome,
  isConversationInput,
} from '../common/conversation-wire';
import { type RunInput, type RunOutcome, toRunRequest } from '../common/wire';
import { beginRun, resumeRun } from './begin-run';
import { carryOut } from './carry-out';
import { runConversation } from './conversation/conversation-workflow';
import { toFailure } from './failure';
import { nextStep, type RunState, toCarried, withoutMessages } from './loop';
import { showEnd, showStep } from './operator-view';
import { toOutcome } from './outcome';
import { continueAsNew, HistoryGrowth, toCarriedRequest } from './roll-over';
import { answerTranscriptQueries } from './transcript-query';

/** A run of an agent, or a conversation with one: the workflow's type is the agent's name. */
export function runAgent(input: RunInput, carried?: CarriedRun): Promise<RunOutcome>;
export function runAgent(
  input: ConversationInput,
  carried?: CarriedConversation,
): Promise<ConversationOutcome>;
export function runAgent(
  input: RunInput | ConversationInput,
  carried?: CarriedRun | CarriedConversation,
): Promise<RunOutcome | ConversationOutcome> {
  if (isConversationInput(input)) {
    return runConversation(input, carried as CarriedConversation | undefined); // handed on by a conversation
  }
  return runOnce(input, carried as CarriedRun | undefined); // handed on by a run
}

/** Step after step until one ends the run. A long one is handed on from one workflow run to the next, as `carried`. */
async function runOnce(input: RunInput, carried: CarriedRun | undefined): Promise<RunOutcome> {
  const request = toRunRequest(input);
  let state = await (carried === undefined ? beginRun(request) : resumeRun(request, carried));
  answerTranscriptQueries(() => state);
  const growth = new HistoryGrowth();
  for (;;) {
    const step = nextStep(state);
    showStep(state, step);
    try {
      switch (step.kind) {
        case 'finish':
          showEnd(state, 'completed');
          return toOutcome(state, step.output);
        case 'fail':
          showEnd(state, 'failed');
          throw toFailure(state, step.failure);
        case 'request-model':
        case 'call-tools':
        case 'compact':
          if (growth.isDue(state.manifest.rollOver)) await handOn(state);
          state = await carryOut(state, step);
      }
    } catch (error) {
      if (isCancellation(error)) showEnd(state, 'cancelled');
      throw error;
    }
  }
}

/** Has another workflow run go on, unless the run is over. */
async function handOn(state: RunState): Promise<void> {
  const whole = toCarried(state);
  if (whole === undefined) return;
  const input = toCarriedRequest(state.request);
  await continueAsNew({ input, whole, light: withoutMessages(whole), room: state.manifest.room });
}
