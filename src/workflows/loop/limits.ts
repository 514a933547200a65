import { DEFAULT_REQUEST_LIMIT, type Usage, type UsageLimits } from '../../common/usage';
import type { RunFailure } from './failures';

/** The limits that hold before a request; the first one broken, if any. */
export function limitBeforeRequest(usage: Usage, limits: UsageLimits): RunFailure | undefined {
  const { requestLimit = DEFAULT_REQUEST_LIMIT } = limits;
  if (isSet(requestLimit) && usage.requests >= requestLimit) {
    const message = `The next request would exceed the request_limit of ${requestLimit}`;
    return exceeded('request_limit', usage.requests + 1, message);
  }
  return (
    tokensBeforeRequest('input_tokens', usage.inputTokens, limits.inputTokensLimit) ??
    tokensBeforeRequest('total_tokens', usage.totalTokens, limits.totalTokensLimit)
  );
}

/** The limits that hold after a response; the first one broken, if any. */
export function limitAfterResponse(usage: Usage, limits: UsageLimits): RunFailure | undefined {
  return (
    tokensAfterResponse('input_tokens', usage.inputTokens, limits.inputTokensLimit) ??
    tokensAfterResponse('output_tokens', usage.outputTokens, limits.outputTokensLimit) ??
    tokensAfterResponse('total_tokens', usage.totalTokens, limits.totalTokensLimit)
  );
}

/** Looks ahead over the function calls of one response. */
export function limitBeforeToolCalls(
  usage: Usage,
  calls: number,
  limits: UsageLimits,
): RunFailure | undefined {
  const value = usage.toolCalls + calls;
  if (calls === 0 || !isSet(limits.toolCallsLimit) || value <= limits.toolCallsLimit) return undefined;
  const message = `The next tool call(s) would exceed the tool_calls_limit of ${limits.toolCallsLimit} (tool_calls=${value})`;
  return exceeded('tool_calls_limit', value, message);
}

function tokensBeforeRequest(name: string, value: number, limit: Limit): RunFailure | undefined {
  if (!isSet(limit) || value <= limit) return undefined;
  const message = `The next request would exceed the ${name}_limit of ${limit} (${name}=${value})`;
  return exceeded(`${name}_limit`, value, message);
}

function tokensAfterResponse(name: string, value: number, limit: Limit): RunFailure | undefined {
  if (!isSet(limit) || value <= limit) return undefined;
  return exceeded(`${name}_limit`, value, `Exceeded the ${name}_limit of ${limit} (${name}=${value})`);
}

type Limit = number | null | undefined;

function isSet(limit: Limit): limit is number {
  return limit !== null && limit !== undefined;
}

function exceeded(limit: string, value: number, message: string): RunFailure {
  return { type: 'UsageLimitExceededError', message, fields: { limit, value } };
}
