import { ServiceError, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import {
  AgentRunError,
  ContentFilterError,
  HookExecutionError,
  IncompleteToolCallError,
  ModelRequestError,
  PayloadTooLargeError,
  RunCancelledError,
  type RunErrorFields,
  RunTimedOutError,
  ToolExecutionError,
  UnexpectedModelBehaviorError,
  UsageLimitExceededError,
  UserError,
} from '../common/errors';
import { isJsonObject, type JsonObject, ownValue } from '../common/json';
import { fromRecordedUsage, NO_USAGE, type Usage } from '../common/usage';
import type { ModelMessage } from '../common/messages';
import type { RunFailureDetail } from '../common/wire';
import type { RecordedRun } from '../history';

/** What a history tells. */
type Readable = Pick<RecordedRun, 'usage' | 'messagesSoFar' | 'response'> &
  Partial<Pick<RecordedRun, 'cancelReason'>>;

interface Recorded extends Pick<Readable, 'usage' | 'cancelReason' | 'response'> {
  readonly messages: readonly ModelMessage[];
}

type Common = RunErrorFields & { readonly run: Recorded | undefined };
type Rebuild = (message: string, common: RunErrorFields, detail: Detail) => Error;

interface Detail {
  readonly fields: JsonObject;
  readonly discarded: ReturnType<RecordedRun['response']>;
}

/** Each class of error as it is made again from what the run's failure recorded. */
const REBUILD: Readonly<Record<string, Rebuild>> = {
  UserError: (message) => new UserError(message),
  UnexpectedModelBehaviorError: (message, common) => new UnexpectedModelBehaviorError(message, common),
  ContentFilterError: (message, common) => new ContentFilterError(message, common),
  IncompleteToolCallError: (message, common) => new IncompleteToolCallError(message, common),
  UsageLimitExceededError: (message, common, { fields, discarded }) =>
    new UsageLimitExceededError(message, {
      ...common,
      limit: text(fields['limit']),
      value: number(fields['value']),
      discardedResponse: discarded,
    }),
  ModelRequestError: (message, common, { fields }) =>
    new ModelRequestError(message, {
      ...common,
      model: text(fields['model']),
      status: typeof fields['status'] === 'number' ? fields['status'] : undefined,
      code: typeof fields['code'] === 'string' ? fields['code'] : undefined,
      retryable: fields['retryable'] === true,
    }),
  ToolExecutionError: (message, common, { fields }) =>
    new ToolExecutionError(message, { ...common, toolName: text(fields['toolName']) }),
  HookExecutionError: (message, common, { fields }) =>
    new HookExecutionError(message, { ...common, hookName: text(fields['hookName']) }),
  PayloadTooLargeError: (message, common, { fields }) =>
    new PayloadTooLargeError(message, {
      ...common,
      field: text(fields['field']),
      size: number(fields['size']),
      limit: number(fields['limit']),
    }),
  RunCancelledError: (message, common) => new RunCancelledError(message, common),
};

/** The error that a run ended with, as the class that its users know. Anything else stays as it is. */
export async function toRunError(
  error: unknown,
  runId: string,
  read: () => Promise<RecordedRun>,
): Promise<unknown> {
  if (!(error instanceof WorkflowFailedError)) return error;
  const { cause } = error;
  const run = await readIfPossible(read);
  const common: Common = {
    run,
    runId,
    workflowId: runId,
    usage: run?.usage ?? usageOf(cause),
    messages: run?.messages ?? [],
    cause,
  };
  return fromCause(cause, { common, ended: error.message });
}

/** The error that a turn of a conversation ended with. */
export async function toTurnError(
  cause: unknown,
  { turnId, conversationId }: { turnId: string; conversationId: string },
  read: () => Promise<Readable>,
): Promise<Error> {
  const conversation = await readIfPossible(read);
  const common: Common = {
    run: conversation,
    runId: `${conversationId}/${turnId}`,
    workflowId: conversationId,
    usage: usageOf(cause),
    messages: conversation?.messages ?? [],
    cause,
  };
  return fromCause(cause, { common, ended: cause instanceof Error ? cause.message : String(cause) });
}

function fromCause(cause: unknown, { common, ended }: { common: Common; ended: string }): Error {
  const { run, runId = '' } = common;
  if (cause instanceof ApplicationFailure) return fromApplicationFailure(cause, common);
  if (cause instanceof CancelledFailure) {
    return new RunCancelledError(cancelMessage(runId, run?.cancelReason), common);
  }
  if (cause instanceof TimeoutFailure) {
    return new RunTimedOutError(`run '${runId}' did not finish in the time it was given`, {
      ...common,
      stillRunning: false,
    });
  }
  const how = cause instanceof TerminatedFailure ? `was terminated: ${cause.message}` : `ended: ${ended}`;
  return new AgentRunError(`run '${runId}' ${how}`, common);
}

/**
 * A worker of another version may have recorded what this client cannot read, and others may start a run with anything:
 * the error then says less, and is the same.
 */
async function readIfPossible(read: () => Promise<Readable>): Promise<Recorded | undefined> {
  try {
    const run = await read();
    const { usage, cancelReason } = run;
    return { usage, cancelReason, messages: run.messagesSoFar(), response: (id) => run.response(id) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    return undefined;
  }
}

function fromApplicationFailure(failure: ApplicationFailure, common: Common): Error {
  const { fields, discardedResponse } = detailOf(failure);
  const rebuild = ownValue(REBUILD, failure.type ?? '');
  if (rebuild === undefined) return new AgentRunError(failure.message, common);
  const discarded = discardedResponse === undefined ? undefined : common.run?.response(discardedResponse);
  return rebuild(failure.message, common, { fields: isJsonObject(fields) ? fields : {}, discarded });
}

function usageOf(cause: unknown): Usage {
  const { usage } = cause instanceof ApplicationFailure ? detailOf(cause) : {};
  return isJsonObject(usage) ? fromRecordedUsage(usage) : NO_USAGE;
}

/** What a run's workflow attached to its failure; nothing is sure of what a worker of another version attached. */
function detailOf({ details }: ApplicationFailure): Partial<RunFailureDetail> {
  const detail: unknown = details?.[0];
  return isJsonObject(detail) ? detail : {};
}

function cancelMessage(runId: string, reason: string | undefined): string {
  return reason === undefined || reason === ''
    ? `run '${runId}' was cancelled`
    : `run '${runId}' was cancelled: ${reason}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
