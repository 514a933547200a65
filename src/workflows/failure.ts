import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { isJsonObject, type JsonObject } from '../common/json';
import type { RunFailureDetail } from '../common/wire';
import type { RunFailure, RunState } from './loop';

/** The failure that ends a run's workflow. Small: the messages stand in history already. */
export function toFailure(state: RunState, failure: RunFailure): ApplicationFailure {
  const detail: RunFailureDetail = {
    usage: state.usage,
    tail: state.transcript.unsent.append,
    fields: failure.fields,
    ...(failure.discardedResponse === undefined ? {} : { discardedResponse: failure.discardedResponse }),
  };
  return ApplicationFailure.create({
    type: failure.type,
    message: failure.message,
    nonRetryable: true,
    details: [detail],
  });
}

/** What an activity threw, when it was this library's or a user's code that did. */
export function toApplicationFailure(error: unknown): ApplicationFailure | undefined {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) return error.cause;
  return undefined;
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
