import type { CompactionContext, CompactionStrategy, Summarize } from '../common/compaction';
import type { ModelMessage } from '../common/messages';
import type { ResponseUsage } from '../common/usage';
import { countKeptAtEnd, droppedRanges, type MessageRange } from './compaction/difference';
import { dropResults } from './compaction/drop-tool-results';
import { keepLastMessages } from './compaction/keep-last';
import { type Measured, measure } from './compaction/measure';
import { applyFunction } from './compaction/own-function';
import { type AskForSummary, type Summarized, summarizeMessages } from './compaction/summarize';

export type { AskForSummary, MessageRange };

/** What is known where messages are shortened. */
export interface CompactionSituation {
  /** Names the agent's function in errors: `compaction of agent 'support'`. */
  readonly name: string;
  /** How many tokens a request may have. */
  readonly budget: number;
  /** How many tokens to come down to. */
  readonly target: number;
  /** What the messages have, as the provider counted. @default as estimated */
  readonly tokens?: number;
  /** Asks the model of a {@link Summarize} for a summary. Its cost, its settings and its retries are the caller's. */
  readonly ask: AskForSummary;
  /** How many tokens that request may have. @default `budget` */
  readonly askBudget?: number;
  readonly context: Omit<CompactionContext, 'budget' | 'target' | 'tokens'>;
}

export interface Compacted {
  /** Those that stay are the given ones themselves. */
  readonly messages: readonly ModelMessage[];
  /** Where the given messages stood that are not there any more, or not in full. Empty: nothing was done. */
  readonly dropped: readonly MessageRange[];
  /** How many messages at the end are as they were. */
  readonly kept: number;
  /** What `messages` have, estimated and brought to the scale of what the provider counted. */
  readonly tokens: number;
  /** Of the request for a summary, when there was one. */
  readonly usage?: ResponseUsage;
}

/**
 * Shortens a conversation, if it has more tokens than it is to come down to. Tool calls stay together with their results,
 * and the last message stays what it is. What stays is in order.
 * @throws {HookExecutionError} when the user's function throws.
 * @throws {UserError} when it returns what no model can be sent.
 * @throws {ModelRequestError} when a model gives no summary.
 */
export async function compact(
  strategy: CompactionStrategy<never>,
  messages: readonly ModelMessage[],
  situation: CompactionSituation,
): Promise<Compacted> {
  const measured = measure(messages, situation.tokens);
  const short = measured.total <= situation.target;
  const shortened = short ? { messages } : await apply(strategy, measured, situation);
  return {
    ...shortened,
    dropped: droppedRanges(messages, shortened.messages),
    kept: countKeptAtEnd(messages, shortened.messages),
    tokens: Math.ceil(measure(shortened.messages).total * measured.scale),
  };
}

async function apply(
  strategy: CompactionStrategy<never>,
  measured: Measured,
  situation: CompactionSituation,
): Promise<Summarized> {
  const { name, budget, target, context } = situation;
  const { messages, total } = measured;
  if (typeof strategy === 'function') {
    const known = { ...context, budget, target, tokens: Math.ceil(total) };
    return { messages: await applyFunction(strategy, messages, { name, context: known }) };
  }
  switch (strategy.kind) {
    case 'keepLast':
      return { messages: keepLastMessages(measured, strategy, target) };
    case 'dropToolResults':
      return { messages: dropResults(measured, strategy, target) };
    case 'summarize':
      return summarizeMessages(measured, strategy, toSummaryOptions(strategy, situation));
  }
}

function toSummaryOptions({ model }: Summarize, situation: CompactionSituation) {
  const { ask, budget, askBudget = budget, target, context } = situation;
  const name = typeof model === 'object' ? model.name : model;
  return { ask, askBudget, target, model: name ?? context.model };
}
