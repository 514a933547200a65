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

/** A search attribute and its value, as Temporal's packages take it. */
export interface KeywordPair {
  readonly key: { readonly name: keyof typeof AGENT_SEARCH_ATTRIBUTES; readonly type: 'KEYWORD' };
  readonly value: string;
}

/** A run at its start, as far as it is known. */
export interface KnownRun {
  readonly agent: string;
  readonly model?: string | undefined;
  readonly conversationId?: string | undefined;
}

/** What a run is found by from its start on. */
export function attributesAtStart({ agent, model, conversationId }: KnownRun): KeywordPair[] {
  return [
    toPair('AgentName', agent),
    ...(model === undefined ? [] : [toPair('AgentModel', toOneLine(model, MAX_KEYWORD_LENGTH))]),
    toPair('AgentStatus', 'running'),
    ...(conversationId === undefined ? [] : [toPair('ConversationId', conversationId)]),
  ];
}

function toPair(name: KeywordPair['key']['name'], value: string): KeywordPair {
  return { key: { name, type: 'KEYWORD' }, value };
}
