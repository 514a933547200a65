import type { TurnStatus } from '../common/conversation-wire';
import type { JsonObject } from '../common/json';
import type { UserPrompt } from '../common/messages';
import type { Usage } from '../common/usage';
import type { RecordedConversation } from '../history';

/** A turn of a conversation, as it stands. */
export interface ConversationTurn {
  readonly id: string;
  readonly agent: string;
  readonly status: TurnStatus;
  readonly usage: Usage;
  /** The turn that it took the place of. */
  readonly retryOf?: string;
  /**
   * Where its messages are among all: from one position to before another. Absent when it has none, or has none any
   * more: it did not begin, was taken back, or they are not retained.
   */
  readonly from?: number;
  readonly to?: number;
  /** What was asked. These four are known of turns that the workflow runs tell of which were read. */
  readonly prompt?: UserPrompt;
  readonly metadata?: JsonObject;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

export function toConversationTurns(recorded: RecordedConversation): ConversationTurn[] {
  return recorded.placedTurns().map((turn) => {
    const {
      id,
      agent = recorded.agent,
      status,
      usage,
      retryOf,
      from,
      to,
      request,
      startedAt,
      endedAt,
    } = turn;
    const { prompt, metadata } = request ?? {};
    const optional = { retryOf, from, to, prompt, metadata, startedAt, endedAt };
    const known = Object.entries(optional).filter(([, value]) => value !== undefined);
    return { id, agent, status, usage, ...Object.fromEntries(known) };
  });
}
