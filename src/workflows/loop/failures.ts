import type { JsonObject } from '../../common/json';
import type { ExceededLimit } from '../../common/limit-checks';

/** Why a run ended without a result: an error class of the public API, its message and its own fields. */
export interface RunFailure {
  readonly type:
    | 'UserError'
    | 'UsageLimitExceededError'
    | 'UnexpectedModelBehaviorError'
    | 'ContentFilterError'
    | 'IncompleteToolCallError'
    | 'ModelRequestError'
    | 'ToolExecutionError'
    | 'HookExecutionError'
    | 'PayloadTooLargeError';
  readonly message: string;
  readonly fields: JsonObject;
  /** The id of the response that broke a limit. */
  readonly discardedResponse?: string;
}

export function limitExceeded({ limit, value, message }: ExceededLimit): RunFailure {
  return { type: 'UsageLimitExceededError', message, fields: { limit, value } };
}

export function unexpectedBehavior(message: string): RunFailure {
  return { type: 'UnexpectedModelBehaviorError', message, fields: {} };
}

export function toolRetriesExceeded(toolName: string, retries: number): RunFailure {
  return unexpectedBehavior(`Tool '${toolName}' exceeded max retries count of ${retries}`);
}

export function outputRetriesExceeded(retries: number): RunFailure {
  return unexpectedBehavior(`Exceeded maximum output retries (${retries})`);
}

export function incompleteToolCall(toolName: string): RunFailure {
  return {
    type: 'IncompleteToolCallError',
    message: `The token limit cut the arguments of tool '${toolName}'. Raise modelSettings.maxTokens, or simplify what is asked.`,
    fields: {},
  };
}
