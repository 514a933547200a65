import { z } from 'zod';
import type { ModelMessage } from '../common/messages';
import { parseOptions } from '../common/options';
import type { RecordedConversation } from '../history';

export interface PageOptions {
  /**
   * The position of the first message, counted from 0 at the conversation's first; a negative one counts from the end.
   * @default the first that is retained
   */
  readonly from?: number;
  /** How many at most. @default all */
  readonly limit?: number;
}

/** Some messages of a conversation, in order. */
export interface MessagePage extends ReadonlyArray<ModelMessage> {
  /** The position of the first among all that were said. */
  readonly from: number;
  /** How many were said until now. The next page begins at `from + length`, if that is less. */
  readonly total: number;
}

const pageSchema = z.strictObject({ from: z.int().optional(), limit: z.int().min(1).optional() });

/** @throws {UserError} naming the bad field. */
export function assertPage(options: PageOptions, where: string): void {
  parseOptions(pageSchema, options, where);
}

/** What is not retained any more is left out. */
export function toPage(recorded: RecordedConversation | undefined, options: PageOptions): MessagePage {
  const all = recorded?.messagesSoFar() ?? [];
  const before = recorded?.before ?? 0;
  const total = before + all.length;
  const { from = before, limit = total } = options;
  const wanted = from < 0 ? total + from : from;
  const start = Math.min(Math.max(wanted, before), total);
  const end = Math.max(start, Math.max(wanted, 0) + limit);
  return Object.assign(all.slice(start - before, end - before), { from: start, total });
}
