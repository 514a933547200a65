import { dropToolResultsSchema, keepLastSchema, summarizeSchema } from './compaction-schema';
import type { ModelMessage } from './messages';
import type { Model } from './model';
import { parseOptions } from './options';

/** How and when the conversation is shortened that a model is sent. */
export interface CompactionOptions<Deps = unknown> {
  /** {@link keepLast}, {@link dropToolResults}, {@link summarize}, or a function of yours. */
  readonly strategy: CompactionStrategy<Deps>;
  /** How many tokens a request may have. @default the model's context window, where it is known */
  readonly contextTokens?: number;
  /** The share of `contextTokens` above which the conversation is shortened. @default 0.8 */
  readonly at?: number;
  /** The share of `contextTokens` to come down to; below `at`. @default 0.5, or half of `at` where that is not above 0.5 */
  readonly target?: number;
}

export type CompactionStrategy<Deps = unknown> =
  KeepLast | DropToolResults | Summarize | CompactionFunction<Deps>;

/**
 * Returns what is to be sent in place of the messages, once for each time that they become too many. It runs on the
 * worker; what it returns is recorded and stands for the messages from then on. A tool call never stays without its
 * result, nor a result without its call: a lost result is put back, shortened, and a lost call takes its result along.
 *
 * **Contract**: the last message stays the last. Throwing ends the run.
 */
export type CompactionFunction<Deps = unknown> = (
  messages: readonly ModelMessage[],
  context: CompactionContext<Deps>,
) => readonly ModelMessage[] | Promise<readonly ModelMessage[]>;

/** What a function knows that shortens a conversation. */
export interface CompactionContext<Deps = unknown> {
  /** How many tokens a request may have. */
  readonly budget: number;
  /** How many tokens to come down to. */
  readonly target: number;
  /** How many tokens the messages have: as the provider counted, and an estimate of what came since. */
  readonly tokens: number;
  /** The run's `deps`, validated by the agent's schema. */
  readonly deps: Deps;
  readonly runId: string;
  readonly conversationId: string;
  /** The model that is asked: `openai:gpt-5-mini`. */
  readonly model: string;
  /** Fires when the run is cancelled or the worker hands the work back. */
  readonly signal: AbortSignal;
}

/** Made by {@link keepLast}. */
export interface KeepLast {
  readonly kind: 'keepLast';
  readonly messages: number;
  readonly keepFirst: number;
}

/** Made by {@link dropToolResults}. */
export interface DropToolResults {
  readonly kind: 'dropToolResults';
  readonly keepLast: number;
  readonly placeholder: string;
}

/** Made by {@link summarize}. */
export interface Summarize {
  readonly kind: 'summarize';
  readonly model?: string | Model;
  readonly keepLast: number;
  readonly keepFirst: number;
  readonly instructions?: string;
  readonly maxTokens?: number;
}

/**
 * Sends the last messages, the first ones and what the user asked last; nothing of what lies between. A tool call and its
 * result go or stay together.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function keepLast(
  options: {
    /** At most so many of the last messages; fewer where these are still too long. @default 20 */
    readonly messages?: number;
    /** How many of the first messages stay: the task. @default 1 */
    readonly keepFirst?: number;
  } = {},
): KeepLast {
  return Object.freeze({ kind: 'keepLast', ...parseOptions(keepLastSchema, options, 'keepLast') });
}

/**
 * Sends a few words in place of what tools returned earlier, and of the content that came with it. All calls stay, and
 * all that was said.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function dropToolResults(
  options: {
    /** In so many of the last messages results stay; in fewer where these are still too long. @default 10 */
    readonly keepLast?: number;
    /** What the model reads instead; `{tokens}` stands for the size of what went. */
    readonly placeholder?: string;
  } = {},
): DropToolResults {
  const parsed = parseOptions(dropToolResultsSchema, options, 'dropToolResults');
  return Object.freeze({ kind: 'dropToolResults', ...parsed });
}

/**
 * As {@link keepLast}, with a summary of what lies between, written by a model. The request for it counts in the run's
 * usage.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function summarize(
  options: {
    /** Writes the summary: a cheaper one will do. @default the run's model */
    readonly model?: string | Model;
    /** At most so many of the last messages stay as they are; fewer where these are still too long. @default 20 */
    readonly keepLast?: number;
    /** How many of the first messages stay as they are: the task. @default 1 */
    readonly keepFirst?: number;
    /** Says what belongs into the summary and what does not, in place of our words. */
    readonly instructions?: string;
    /** Output tokens of the request at most, those of reasoning included. @default what the model allows */
    readonly maxTokens?: number;
  } = {},
): Summarize {
  return Object.freeze({ kind: 'summarize', ...parseOptions(summarizeSchema, options, 'summarize') });
}

/** As events name it: `keepLast`, or the name of the function. */
export function strategyName(strategy: CompactionStrategy<never>): string {
  if (typeof strategy !== 'function') return strategy.kind;
  const { name } = strategy;
  return name === '' || name === 'strategy' ? 'function' : name; // written in place, it is named after the option
}
