import type { RecordedConversation } from '../history';
import type { ConversationWorkflow } from './conversation-workflow';
import type { SaidInRun } from './run-result';

/** What was said until the end of a turn. */
export async function readTurn(workflow: ConversationWorkflow, turnId: string): Promise<SaidInRun> {
  const recorded = await workflow.read('messages');
  const isKnown = recorded.turns.find(turnId) !== undefined;
  return saidUntil(isKnown ? recorded : await workflow.read('all'), turnId);
}

/** In a turn that was taken back, or that is not retained, nothing was said. */
export function saidUntil(recorded: RecordedConversation, turnId: string): SaidInRun {
  const all = recorded.messagesSoFar();
  const { from, to } = recorded.placedTurns().find(({ id }) => id === turnId) ?? {};
  const messages = all.slice(0, to === undefined ? undefined : to - recorded.before);
  const before = from === undefined ? messages.length : Math.max(0, from - recorded.before);
  const compactions = recorded.compactions.filter((compaction) => compaction.turnId === turnId);
  return { messagesSoFar: () => messages, historyLength: () => before, compactions };
}
