import { type ResponseUsage, DEFAULT_REQUEST_LIMIT, type Usage, type UsageLimits } from './usage';

/** A limit that was, or would be, exceeded. */
export interface ExceededLimit {
  /** As the message names it: `request_limit`. */
  readonly limit: string;
  readonly value: number;
  readonly message: string;
}

/** The limits that hold before a request; the first one broken, if any. */
export function limitBeforeRequest(usage: Usage, limits: UsageLimits): ExceededLimit | undefined {
  const { requestLimit = DEFAULT_REQUEST_LIMIT } = limits;
  if (isSet(requestLimit) && usage.requests >= requestLimit) {
    const message = `The next request would exceed the request_limit of ${requestLimit}`;
    return exceeded('request_limit', usage.requests + 1, message);
  }
  return (
    wouldExceed('input_tokens', usage.inputTokens, limits.inputTokensLimit) ??
    wouldExceed('total_tokens', usage.totalTokens, limits.totalTokensLimit) ??
    wouldExceed('cost', usage.cost ?? 0, limits.costLimit)
  );
}

/** The limits that hold after a response; the first one broken, if any. */
export function limitAfterResponse(
  usage: Usage,
  response: ResponseUsage,
  limits: UsageLimits,
): ExceededLimit | undefined {
  return (
    didExceed('input_tokens', usage.inputTokens, limits.inputTokensLimit) ??
    didExceed('output_tokens', usage.outputTokens, limits.outputTokensLimit) ??
    didExceed('total_tokens', usage.totalTokens, limits.totalTokensLimit) ??
    perRequestExceeded(response.inputTokens ?? 0, limits.perRequestInputTokensLimit) ??
    didExceed('cost', usage.cost ?? 0, limits.costLimit)
  );
}

/** Looks ahead over the function calls of one response. */
export function limitBeforeToolCalls(
  usage: Usage,
  calls: number,
  limits: UsageLimits,
): ExceededLimit | undefined {
  const value = usage.toolCalls + calls;
  if (calls === 0 || !isSet(limits.toolCallsLimit) || value <= limits.toolCallsLimit) return undefined;
  const message = `The next tool call(s) would exceed the tool_calls_limit of ${limits.toolCallsLimit} (tool_calls=${value})`;
  return exceeded('tool_calls_limit', value, message);
}

/** A limit that the provider's own count of a request, made before it was sent, would break. */
export function limitByCount(
  usage: Usage,
  inputTokens: number,
  limits: UsageLimits,
): ExceededLimit | undefined {
  const { perRequestInputTokensLimit } = limits;
  return (
    wouldExceed('input_tokens', usage.inputTokens + inputTokens, limits.inputTokensLimit) ??
    wouldExceed('total_tokens', usage.totalTokens + inputTokens, limits.totalTokensLimit) ??
    (isSet(perRequestInputTokensLimit) && inputTokens > perRequestInputTokensLimit
      ? exceeded(
          'per_request_input_tokens_limit',
          inputTokens,
          `The next request would exceed the per_request_input_tokens_limit of ${perRequestInputTokensLimit} (request_input_tokens=${inputTokens})`,
        )
      : undefined)
  );
}

function wouldExceed(name: string, value: number, limit: Limit): ExceededLimit | undefined {
  if (!isSet(limit) || value <= limit) return undefined;
  const message = `The next request would exceed the ${name}_limit of ${limit} (${name}=${value})`;
  return exceeded(`${name}_limit`, value, message);
}

function didExceed(name: string, value: number, limit: Limit): ExceededLimit | undefined {
  if (!isSet(limit) || value <= limit) return undefined;
  return exceeded(`${name}_limit`, value, `Exceeded the ${name}_limit of ${limit} (${name}=${value})`);
}

function perRequestExceeded(value: number, limit: Limit): ExceededLimit | undefined {
  if (!isSet(limit) || value <= limit) return undefined;
  const name = 'per_request_input_tokens_limit';
  return exceeded(name, value, `Exceeded the ${name} of ${limit} (request_input_tokens=${value})`);
}

type Limit = number | null | undefined;

function isSet(limit: Limit): limit is number {
  return limit !== null && limit !== undefined;
}

function exceeded(limit: string, value: number, message: string): ExceededLimit {
  return { limit, value, message };
}
