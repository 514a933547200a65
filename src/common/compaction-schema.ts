import { z } from 'zod';
import { chosen } from './chosen';
import type { CompactionFunction, CompactionStrategy, Summarize } from './compaction';
import { isModel, type Model } from './model';

/** Words that no one takes for what the tool said. */
export const DEFAULT_PLACEHOLDER = '[Removed to save space: about {tokens} tokens]';

const keptMessages = z.int().min(1).default(20);
const keptFirst = z.int().min(0).default(1);

const keepLastOptions = { messages: keptMessages, keepFirst: keptFirst };

const dropToolResultsOptions = {
  keepLast: z.int().min(0).default(10),
  placeholder: z.string().min(1).default(DEFAULT_PLACEHOLDER),
};

const summarizeOptions = {
  model: z
    .union([z.string().min(1), z.custom<Model>(isModel)], { error: 'expected a model or the name of one' })
    .optional(),
  keepLast: keptMessages,
  keepFirst: keptFirst,
  instructions: z.string().min(1).optional(),
  maxTokens: z.int().min(1).optional(),
};

export const keepLastSchema = z.strictObject(keepLastOptions);
export const dropToolResultsSchema = z.strictObject(dropToolResultsOptions);
export const summarizeSchema = z.strictObject(summarizeOptions) as unknown as z.ZodType<
  Omit<Summarize, 'kind'>
>; // zod writes `undefined` into optional keys' types; nothing else differs

const STRATEGIES = new Map<unknown, z.ZodType>([
  ['keepLast', z.strictObject({ kind: z.literal('keepLast'), ...keepLastOptions })],
  ['dropToolResults', z.strictObject({ kind: z.literal('dropToolResults'), ...dropToolResultsOptions })],
  ['summarize', z.strictObject({ kind: z.literal('summarize'), ...summarizeOptions })],
]);

const strategyFunction = z.custom<CompactionFunction<never>>((value) => typeof value === 'function', {
  error: 'expected keepLast(…), dropToolResults(…), summarize(…) or a function',
});

const strategy = chosen<CompactionStrategy<never>>((value) => {
  const isObject = typeof value === 'object' && value !== null && 'kind' in value;
  return (isObject ? STRATEGIES.get(value.kind) : undefined) ?? strategyFunction;
});

const share = z.number().gt(0).max(1);

const TARGET = 0.5;

/** Parses {@link CompactionOptions}. */
export const compactionSchema = z
  .strictObject({
    strategy,
    contextTokens: z.int().min(1).optional(),
    at: share.default(0.8),
    target: share.optional(),
  })
  .transform(({ target, ...options }) => ({
    ...options,
    target: target ?? (options.at > TARGET ? TARGET : options.at / 2),
  }))
  .refine(({ at, target }) => target < at, { path: ['target'], error: "expected less than 'at'" });

/** An agent's {@link CompactionOptions}, with all that was not said. */
export type Compaction = z.output<typeof compactionSchema>;
