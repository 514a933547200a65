import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import {
  HookExecutionError,
  ModelRequestError,
  PayloadTooLargeError,
  UnexpectedModelBehaviorError,
  UserError,
} from '../common/errors';
import type { JsonObject } from '../common/json';
import { cutText, MAX_ERROR_TEXT_LENGTH } from '../common/size-limits';

/**
 * An error as Temporal records it: what failed, whether to try again and when, and a text of bounded length (the
 * server cuts a failure at 4 KiB; the SDK would send message and stack whole).
 */
export function toActivityFailure(error: unknown): Error {
  if (error instanceof CancelledFailure) return error;
  if (error instanceof ModelRequestError) return toModelFailure(error);
  if (error instanceof PayloadTooLargeError) {
    const { field, size, limit } = error;
    return create(error, { type: 'PayloadTooLargeError', nonRetryable: true }, { field, size, limit });
  }
  if (error instanceof HookExecutionError) {
    return create(error, { type: 'HookExecutionError', nonRetryable: true }, { hookName: error.hookName });
  }
  if (error instanceof UserError || error instanceof UnexpectedModelBehaviorError) {
    return create(error, { type: error.name, nonRetryable: true });
  }
  if (error instanceof ApplicationFailure) {
    const { type, nonRetryable, nextRetryDelay } = error;
    return create(error, { type: type ?? 'Error', nonRetryable: nonRetryable ?? false, nextRetryDelay });
  }
  return create(error, { type: error instanceof Error ? error.name : 'Error', nonRetryable: false });
}

function toModelFailure(error: ModelRequestError): ApplicationFailure {
  const { model, status, code, retryable, retryAfter } = error;
  const fields = JSON.parse(JSON.stringify({ model, status, code, retryable })) as JsonObject; // drops `undefined`
  const nextRetryDelay = retryAfter;
  return create(error, { type: 'ModelRequestError', nonRetryable: !retryable, nextRetryDelay }, fields);
}

interface FailureOptions {
  readonly type: string;
  readonly nonRetryable: boolean;
  readonly nextRetryDelay?: ApplicationFailure['nextRetryDelay'] | undefined;
}

function create(error: unknown, options: FailureOptions, fields?: JsonObject): ApplicationFailure {
  const { nextRetryDelay, ...rest } = options;
  const message = cutText(messageOf(error), MAX_ERROR_TEXT_LENGTH);
  const failure = ApplicationFailure.create({
    ...rest,
    message,
    ...(nextRetryDelay === undefined || nextRetryDelay === null ? {} : { nextRetryDelay }),
    ...(fields === undefined ? {} : { details: [fields] }),
  });
  failure.stack = `${failure.name}: ${message}${framesOf(error)}`;
  return failure;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : `a thrown ${typeof error}: ${String(error)}`;
}

/** The call sites of a stack, without the message in front of them. */
function framesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const start = stack.indexOf('\n    at ');
  return start < 0 ? '' : cutText(stack.slice(start), MAX_ERROR_TEXT_LENGTH);
}
