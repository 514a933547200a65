/** What a run has spent so far. Tokens are the provider's counts. */
export interface Usage {
  readonly requests: number;
  /** Tool calls that ran and succeeded. */
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Input and output tokens together. */
  readonly totalTokens: number;
  /** In US dollars; present when a price is known. */
  readonly cost?: number;
  /** Other counters of the provider, summed by key. */
  readonly details: Readonly<Record<string, number>>;
}

/** Token counts of one response; a missing one is 0. */
export type ResponseUsage = Partial<
  Pick<
    Usage,
    | 'cost'
    | 'inputTokens'
    | 'outputTokens'
    | 'cacheReadTokens'
    | 'cacheWriteTokens'
    | 'reasoningTokens'
    | 'details'
  >
>;

export const NO_USAGE: Usage = Object.freeze({
  requests: 0,
  toolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  details: Object.freeze({}),
});

/** The sum of two usages; neither is changed. A part that is not given counts as 0. */
export function addUsage(left: Usage, right: Partial<Usage>): Usage {
  const sum = (key: keyof Omit<Usage, 'details' | 'cost' | 'totalTokens'>): number =>
    left[key] + (right[key] ?? 0);
  const inputTokens = sum('inputTokens');
  const outputTokens = sum('outputTokens');
  return {
    requests: sum('requests'),
    toolCalls: sum('toolCalls'),
    inputTokens,
    outputTokens,
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    reasoningTokens: sum('reasoningTokens'),
    totalTokens: inputTokens + outputTokens,
    ...(left.cost === undefined && right.cost === undefined
      ? {}
      : { cost: (left.cost ?? 0) + (right.cost ?? 0) }),
    details: addDetails(left.details, right.details ?? {}),
  };
}

/** The usage after one more accepted response. */
export function withResponseUsage(usage: Usage, response: ResponseUsage): Usage {
  return addUsage(usage, { ...response, requests: 1 });
}

/** A usage as it is recorded at every step: without zeros, and without the total, which follows from the rest. */
export function toRecordedUsage(usage: Usage): Partial<Usage> {
  const { totalTokens: _follows, cost, details, ...counters } = usage;
  return {
    ...Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== 0)),
    ...(cost === undefined ? {} : { cost }), // that a price is known is worth recording even at 0
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

export function fromRecordedUsage(recorded: Partial<Usage>): Usage {
  return addUsage(NO_USAGE, recorded);
}

function addDetails(left: Usage['details'], right: Usage['details']): Usage['details'] {
  const sums = new Map(Object.entries(left));
  for (const [key, value] of Object.entries(right)) sums.set(key, (sums.get(key) ?? 0) + value);
  return Object.fromEntries(sums);
}

/** Ceilings of a run. `null` switches one off; `0` is honoured. */
export interface UsageLimits {
  /**
   * Model requests.
   * @default 50
   */
  readonly requestLimit?: number | null;
  /** Tool calls that succeeded, checked ahead for all calls of a response. @default null */
  readonly toolCallsLimit?: number | null;
  /** @default null */
  readonly inputTokensLimit?: number | null;
  /** @default null */
  readonly outputTokensLimit?: number | null;
  /** Input and output tokens together. @default null */
  readonly totalTokensLimit?: number | null;
  /** Input tokens of each single response. @default null */
  readonly perRequestInputTokensLimit?: number | null;
  /** In US dollars. A run whose model has no price fails before its first request. @default null */
  readonly costLimit?: number | null;
  /**
   * Whether the provider is asked how many input tokens a request has before it is sent, so that the token limits hold
   * ahead. One more call to the provider for each request.
   * @default false
   */
  readonly countTokensBeforeRequest?: boolean;
}

export const DEFAULT_REQUEST_LIMIT = 50;
