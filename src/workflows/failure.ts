import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { isJsonObject, jsonBytes, type JsonObject } from '../common/json';
import { MAX_FAILURE_TAIL_BYTES } from '../common/size-limits';
import { NO_USAGE } from '../common/usage';
import type { RunFailureDetail } from '../common/wire';
import { createFailure } from './create-failure';
import type { RunFailure, RunState } from './loop';

/** The failure that ends a run's workflow. Small: the messages stand in history already. */
export function toFailure(state: RunState, failure: RunFailure): ApplicationFailure {
  const tail = state.transcript.unsent.append;
  const detail: RunFailureDetail = {
    usage: state.usage,
    ...(jsonBytes(tail) > MAX_FAILURE_TAIL_BYTES ? {} : { tail }),
    fields: failure.fields,
    ...(failure.discardedResponse === undefined ? {} : { discardedResponse: failure.discardedResponse }),
  };
  return createFailure(failure.type, failure.message, detail);
}

/** What an activity threw, when it was this library's or a user's code that did. That of a local one comes bare. */
export function toApplicationFailure(error: unknown): ApplicationFailure | undefined {
  const thrown = error instanceof ActivityFailure ? error.cause : error;
  return thrown instanceof ApplicationFailure ? thrown : undefined;
}

/** What ends a run that could not even begin: the failure of the activity that prepared it. */
export function toStartFailure(error: unknown): unknown {
  const failure = toApplicationFailure(error);
  if (failure === undefined) return error;
  const detail: RunFailureDetail = { usage: NO_USAGE, tail: [], fields: fieldsOf(failure) };
  return createFailure(failure.type ?? 'UserError', failure.message, detail);
}

/** What ends a workflow that was started with a mistake. */
export function toUserFailure(message: string): ApplicationFailure {
  const detail: RunFailureDetail = { usage: NO_USAGE, tail: [], fields: {} };
  return createFailure('UserError', message, detail);
}

/** Why an activity failed for good, in words. */
export function describeFailure(error: unknown): string {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  if (cause instanceof TimeoutFailure) return describeTimeout(cause);
  return cause instanceof Error ? cause.message : String(cause);
}

function describeTimeout({ timeoutType, cause }: TimeoutFailure): string {
  const last = cause instanceof Error ? `; before that: ${cause.message}` : '';
  if (timeoutType === 'HEARTBEAT') return `the worker that ran it stopped responding${last}`;
  return `no answer in time (${timeoutType})${last}`;
}

/** The fields that an activity attached to its failure. */
export function fieldsOf(failure: ApplicationFailure): JsonObject {
  const fields: unknown = failure.details?.[0];
  return isJsonObject(fields) ? fields : {};
}
