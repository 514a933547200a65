import { toOneLine } from './json';

/**
 * The search attributes that a run of an agent carries: name to type, in the words of
 * `temporal operator search-attribute create`. A namespace that lacks them still runs agents; it only finds fewer of them.
 *
 * None names the parent of a sub-agent: Temporal's own `ParentWorkflowId` does, and it reserves the name `ParentRunId`.
 */
export const AGENT_SEARCH_ATTRIBUTES = {
  AgentName: 'Keyword',
  AgentModel: 'Keyword',
  AgentStatus: 'Keyword',
  AgentTokens: 'Int',
  AgentCost: 'Double',
  ConversationId: 'Keyword',
} as const;

/** What PostgreSQL and MySQL keep of a keyword. */
const MAX_KEYWORD_LENGTH = 255;

/** What a run is found by from its start on, as far as it is known. Keywords all. */
export function attributesAtStart({
  agent,
  model,
  conversationId,
}: {
  readonly agent: string;
  readonly model?: string | undefined;
  readonly conversationId?: string | undefined;
}): Readonly<Record<string, string>> {
  return {
    AgentName: agent,
    AgentStatus: 'running',
    ...(model === undefined ? {} : { AgentModel: toOneLine(model, MAX_KEYWORD_LENGTH) }),
    ...(conversationId === undefined ? {} : { ConversationId: conversationId }),
  };
}
