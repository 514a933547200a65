import { inspect } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import {
  HookExecutionError,
  ModelRequestError,
  PayloadTooLargeError,
  UnexpectedModelBehaviorError,
  UserError,
} from '../common/errors';
import { type JsonObject, takeCharacters } from '../common/json';
import { cutText, MAX_ERROR_TEXT_LENGTH, MAX_MODEL_NAME_LENGTH } from '../common/size-limits';

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
  const bounded = code === undefined ? {} : { code: cutText(code, MAX_ERROR_TEXT_LENGTH) };
  const fields = { model, ...(status === undefined ? {} : { status }), ...bounded, retryable };
  const nextRetryDelay = retryAfter;
  return create(error, { type: 'ModelRequestError', nonRetryable: !retryable, nextRetryDelay }, fields);
}

interface FailureOptions {
  readonly type: string;
  readonly nonRetryable: boolean;
  readonly nextRetryDelay?: ApplicationFailure['nextRetryDelay'] | undefined;
}

function create(error: unknown, options: FailureOptions, fields?: JsonObject): ApplicationFailure {
  const { type, nonRetryable, nextRetryDelay } = options;
  const message = cutText(messageOf(error), MAX_ERROR_TEXT_LENGTH);
  const failure = ApplicationFailure.create({
    type: takeCharacters(type, MAX_MODEL_NAME_LENGTH),
    nonRetryable,
    message,
    ...(nextRetryDelay === undefined || nextRetryDelay === null ? {} : { nextRetryDelay }),
    ...(fields === undefined ? {} : { details: [fields] }),
  });
  failure.stack = `${failure.name}: ${message}${framesOf(error)}`;
  return failure;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : `a thrown ${typeof error}: ${inspect(error, THROWN_VALUE)}`;
}

const THROWN_VALUE = { depth: 1, breakLength: Infinity, maxStringLength: MAX_ERROR_TEXT_LENGTH };

/** The call sites of a stack, without the message in front of them. */
function framesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const start = stack.indexOf('\n    at ');
  return start < 0 ? '' : cutText(stack.slice(start), MAX_ERROR_TEXT_LENGTH);
}
