import type { ApplicationFailure } from '@temporalio/workflow';
import { CONVERSATION_REFUSAL, type RefusalDetail } from '../../common/conversation-wire';
import { createFailure } from '../create-failure';

/** The failure with which a change of a conversation is refused. */
export function toRefusal(detail: RefusalDetail): ApplicationFailure {
  return createFailure(CONVERSATION_REFUSAL, describe(detail), detail);
}

function describe(detail: RefusalDetail): string {
  switch (detail.kind) {
    case 'conflict':
      return `turn '${detail.turnId}' was asked something else before (${detail.digest}, now ${detail.given})`;
    case 'busy':
      return `the conversation is busy with turn '${detail.running}'`;
    case 'unknown-turn':
      return `the conversation has no turn '${detail.turnId}'`;
    case 'compacted':
      return `the messages of turn '${detail.turnId}' were compacted, or it is too old to go back to`;
    case 'closing':
      return 'the conversation is closed';
    case 'other-agent':
      return `the conversation is one of agent '${detail.agent}'`;
    case 'elsewhere':
      return `the result of turn '${detail.turnId}' is recorded in workflow run '${detail.execution}'`;
    case 'forgotten':
      return `the result of turn '${detail.turnId}' is not kept any more`;
  }
}
