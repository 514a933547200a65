import type { CompactionInput, CompactionResult } from '../common/wire';

/** A time when the messages became too many for the model, and what was done about it. */
export interface Compaction {
  /** The number of the request that they were too many for. */
  readonly step: number;
  /** `keepLast`, `dropToolResults`, `summarize`, or the name of the function. */
  readonly strategy: string;
  /** Messages that the model does not read any more, or not in full. */
  readonly dropped: number;
  /** What the model would have read, and what it read, in tokens as estimated. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** The turn of a conversation in which it happened. */
  readonly turnId?: string;
}

export function toCompaction({ step, tokens, turn }: CompactionInput, result: CompactionResult): Compaction {
  const { strategy, dropped, tokens: tokensAfter } = result;
  const known = { step, strategy, dropped, tokensBefore: tokens, tokensAfter };
  return turn === undefined ? known : { ...known, turnId: turn.id };
}
