import type { Usage } from '../common/usage';
import type { RunOutcome } from '../common/wire';
import type { ConversationWorkflow } from './conversation-workflow';
import { RunResult } from './run-result';
import { readTurn } from './turn-messages';

/** What a turn of a conversation led to. Its usage is the turn's; its run id, the conversation's and the turn's together. */
export class TurnResult<Output = unknown> extends RunResult<Output> {
  readonly turnId: string;
  /** Spent in the conversation until the turn's end. */
  readonly conversationUsage: Usage;

  constructor(workflow: ConversationWorkflow, turnId: string, outcome: RunOutcome) {
    const conversationId = workflow.id;
    super(`${conversationId}/${turnId}`, { ...outcome, conversationId }, () => readTurn(workflow, turnId));
    this.turnId = turnId;
    this.conversationUsage = outcome.conversationUsage ?? outcome.usage;
  }

  /** The Temporal workflow that holds the conversation. */
  override get workflowId(): string {
    return this.conversationId;
  }
}
