import type { ConversationOutcome } from '../common/conversation-wire';

/** How a conversation came to its end. */
export interface ConversationEnd {
  readonly how: ConversationOutcome['closed'] | 'cancelled' | 'failed' | 'terminated' | 'timed-out';
  readonly reason?: string | undefined;
}

/** An update that a conversation accepted. */
export interface AcceptedUpdate {
  readonly name: string;
  readonly id: string;
  readonly input: unknown;
}
