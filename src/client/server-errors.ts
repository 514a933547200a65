import {
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CONVERSATION_REFUSAL, type RefusalDetail } from '../common/conversation-wire';
import { GRPC_STATUS } from '../common/grpc-status';

/** Whether the server went away. */
export function isUnavailable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && Number(cause.code) === GRPC_STATUS.unavailable;
}

/** Why an update came to no result. */
export type Setback =
  /** The workflow did not take it. */
  | { readonly kind: 'refused'; readonly refusal: RefusalDetail }
  /** The workflow took it, and it failed. */
  | { readonly kind: 'failed'; readonly cause: unknown }
  /** The workflow run that took it, or was about to, has ended; another one may go on. */
  | { readonly kind: 'cut-off' }
  /** Another workflow run goes on, or the server takes no more just now: to be sent again. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'absent' }
  /** The workflow is none of a conversation. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unknown' };

/** The server's word for an update whose workflow run ended before it did. */
const CUT_OFF = 'AcceptedUpdateCompletedWorkflow';

/** What the server refuses for a while only: too many updates at once, or in one workflow run; a workflow task that fails. */
const PASSING: readonly number[] = [
  GRPC_STATUS.deadlineExceeded,
  GRPC_STATUS.resourceExhausted,
  GRPC_STATUS.failedPrecondition,
];

export function toSetback(error: unknown): Setback {
  if (error instanceof WorkflowUpdateFailedError) return ofFailure(error.cause);
  if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'closed' };
  if (error instanceof WorkflowNotFoundError) return ofNotFound(error.message);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'interrupted' };
  return { kind: PASSING.includes(statusOf(error)) ? 'interrupted' : 'unknown' };
}

function ofFailure(cause: unknown): Setback {
  if (!(cause instanceof ApplicationFailure)) return { kind: 'failed', cause };
  if (cause.type === CUT_OFF) return { kind: 'cut-off' };
  if (cause.type === CONVERSATION_REFUSAL) {
    return { kind: 'refused', refusal: cause.details?.[0] as RefusalDetail }; // to the wire contract
  }
  return cause.message.startsWith('No registered handler') ? { kind: 'foreign' } : { kind: 'failed', cause };
}

function ofNotFound(message: string): Setback {
  if (message.includes('already completed')) return { kind: 'closed' };
  // It came while the workflow run ended. Where no other one goes on the server says so again and again.
  if (message.includes('aborted by closing')) return { kind: 'cut-off' };
  // An update that was never accepted is not found.
  return { kind: message.includes('update') ? 'interrupted' : 'absent' };
}

/** With update-with-start the server's word comes as it is, else as the cause of another error. */
function statusOf(error: unknown): number {
  const cause = error instanceof ServiceError ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? Number(cause.code) : Number.NaN;
}
