import type { OpenTurn, RefusalDetail, TurnAnswer, TurnEntry } from '../../../common/conversation-wire';
import type { ConversationState } from './state';

/** What a conversation knows of a turn. */
export type KnownTurn =
  | { readonly kind: 'running'; readonly digest: string; readonly turn: OpenTurn }
  | { readonly kind: 'queued'; readonly digest: string; readonly turn: OpenTurn }
  | { readonly kind: 'ended'; readonly digest: string; readonly entry: TurnEntry }
  | { readonly kind: 'older'; readonly digest: string; readonly execution: string };

export function findTurn(conversation: ConversationState, id: string): KnownTurn | undefined {
  const { running, queue, turns } = conversation;
  if (running?.id === id) return { kind: 'running', digest: running.digest, turn: running };
  const turn = queue.find((waiting) => waiting.id === id);
  if (turn !== undefined) return { kind: 'queued', digest: turn.digest, turn };
  const entry = turns.find((ended) => ended.id === id);
  if (entry !== undefined) return { kind: 'ended', digest: entry.digest, entry };
  return findOlder(conversation, id);
}

function findOlder({ older }: ConversationState, id: string): KnownTurn | undefined {
  for (const { execution, turns } of older) {
    const found = turns.find(([known]) => known === id);
    if (found !== undefined) return { kind: 'older', digest: found[1], execution };
  }
  return undefined;
}

/** What a turn led to, or where that is to be found. */
export function turnAnswer(conversation: ConversationState, turnId: string): TurnAnswer {
  const known = findTurn(conversation, turnId);
  if (known === undefined) return { kind: 'unknown-turn', turnId };
  const end = conversation.ends.get(turnId);
  if (end !== undefined) return { kind: 'ended', end };
  return known.kind === 'running' || known.kind === 'queued'
    ? { kind: known.kind }
    : elsewhere(turnId, known);
}

function elsewhere(turnId: string, known: Extract<KnownTurn, { kind: 'ended' | 'older' }>): RefusalDetail {
  const execution = known.kind === 'older' ? known.execution : known.entry.execution;
  // An imported one was recorded in another conversation, if at all.
  if (execution === undefined || execution === '') return { kind: 'forgotten', turnId };
  const updateId = known.kind === 'older' ? defaultUpdateId(turnId, known.digest) : known.entry.updateId;
  return { kind: 'elsewhere', turnId, execution, updateId };
}

/** As this library's clients name the update that takes a turn. */
function defaultUpdateId(turnId: string, digest: string): string {
  return `${turnId}/${digest}`;
}
