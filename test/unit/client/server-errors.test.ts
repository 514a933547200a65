import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { isUnavailable, toSetback } from '../../../src/client/server-errors';

function updateFailedWith(cause: Error): Error {
  return new WorkflowUpdateFailedError('Workflow Update failed', cause);
}

function grpcError(code: number): Error {
  return Object.assign(new Error('refused'), { code, details: 'refused', metadata: {} });
}

function named(type: string, message = 'x', details: unknown[] = []): ApplicationFailure {
  return ApplicationFailure.create({ type, message, details });
}

const refusal = { kind: 'busy', turnId: 'a', running: 'b' };

describe('what came of an update', () => {
  it.each([
    ['a refusal', updateFailedWith(named('ConversationRefusal', 'busy', [refusal])), 'refused'],
    ['a turn that failed', updateFailedWith(named('ToolExecutionError')), 'failed'],
    ['a conversation that was cancelled', updateFailedWith(new CancelledFailure('cancelled')), 'failed'],
    [
      'a run in the place of a conversation',
      updateFailedWith(named('Error', 'No registered handler for update: x')),
      'foreign',
    ],
    [
      'a workflow run that ended meanwhile',
      updateFailedWith(named('AcceptedUpdateCompletedWorkflow')),
      'cut-off',
    ],
    [
      'one that ended before',
      new WorkflowNotFoundError('workflow execution already completed', 'x', undefined),
      'closed',
    ],
    [
      'one that will not begin again',
      new WorkflowExecutionAlreadyStartedError('started', 'x', 'y'),
      'closed',
    ],
    [
      'one that never began',
      new WorkflowNotFoundError('workflow not found for ID: x', 'x', undefined),
      'absent',
    ],
    [
      'one that ended before it took it (bug: sent for ever to one that was closed)',
      new WorkflowNotFoundError('workflow update was aborted by closing workflow', 'x', undefined),
      'cut-off',
    ],
    [
      'an update that nobody took',
      new WorkflowNotFoundError('update "t" not found', 'x', undefined),
      'interrupted',
    ],
    ['a call that took too long', new WorkflowUpdateRPCTimeoutOrCancelledError('late'), 'interrupted'],
    ['too many updates in flight, bare', grpcError(8), 'interrupted'],
    ['too many updates in flight', new ServiceError('failed', { cause: grpcError(8) }), 'interrupted'],
    ['too many updates in one workflow run', grpcError(9), 'interrupted'],
    ['a server that is gone', new ServiceError('failed', { cause: grpcError(14) }), 'unknown'],
    ['anything else', new TypeError('x'), 'unknown'],
  ])('is known: %s', (_what, error, kind) => {
    expect(toSetback(error).kind).toBe(kind);
  });

  it('says why it was refused, or what it failed with', () => {
    expect(toSetback(updateFailedWith(named('ConversationRefusal', 'busy', [refusal])))).toEqual({
      kind: 'refused',
      refusal,
    });
    const cause = named('ToolExecutionError');
    expect(toSetback(updateFailedWith(cause))).toEqual({ kind: 'failed', cause });
  });

  it('is a server that is gone only where it is', () => {
    expect(isUnavailable(new ServiceError('failed', { cause: grpcError(14) }))).toBe(true);
    expect(isUnavailable(grpcError(14))).toBe(true);
    expect(isUnavailable(grpcError(8))).toBe(false);
  });
});
