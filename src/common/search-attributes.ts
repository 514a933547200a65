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
