import fc from 'fast-check';
import { type ErrorRecord, fromErrorRecord, toErrorRecord } from '../../../src/client/error-record';
import * as errors from '../../../src/common/errors';
import { NO_USAGE } from '../../../src/common/usage';

const run = {
  runId: 'run-1',
  workflowId: 'run-1',
  usage: { ...NO_USAGE, requests: 2, details: { audio: 3 } },
  messages: [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'hi' }] }],
} as const;
const response = { kind: 'response', parts: [{ kind: 'text', content: 'too much' }], usage: {} } as const;

const ERRORS: readonly Error[] = [
  new errors.UserError('name: expected a text'),
  new errors.ModelRetry('again'),
  new errors.ToolFailed('no'),
  new errors.ServerUnreachableError('nobody', { address: 'localhost:1', cause: new Error('refused') }),
  new errors.NoWorkerError('nobody', { runId: 'run-1', agent: 'support', taskQueue: 'agents' }),
  new errors.ConversationClosedError('closed', { conversationId: 'chat', reason: 'idle' }),
  new errors.ConversationBusyError('busy', { conversationId: 'chat', runningTurnId: 'turn-1' }),
  new errors.TurnConflictError('other', {
    conversationId: 'chat',
    turnId: 'turn-1',
    digest: 'a',
    givenDigest: 'b',
  }),
  new errors.UnknownTurnError('unknown', { conversationId: 'chat', turnId: 'turn-1' }),
  new errors.TurnNotKeptError('gone', { conversationId: 'chat', turnId: 'turn-1', lost: 'messages' }),
  new errors.AgentRunError('terminated', { ...run, cause: new TypeError('inner') }),
  new errors.UsageLimitExceededError('limit', {
    ...run,
    limit: 'request_limit',
    value: 3,
    discardedResponse: response,
  }),
  new errors.UnexpectedModelBehaviorError('odd', run),
  new errors.ContentFilterError('filtered', run),
  new errors.IncompleteToolCallError('cut', run),
  new errors.ModelRequestError('busy', {
    ...run,
    model: 'openai:gpt',
    status: 429,
    code: 'rate_limit',
    retryable: true,
    retryAfter: 20,
  }),
  new errors.ToolExecutionError('broken', { ...run, toolName: 'search' }),
  new errors.HookExecutionError('broken', { ...run, hookName: 'validator' }),
  new errors.PayloadTooLargeError('large', { ...run, field: 'prompt', size: 3, limit: 2 }),
  new errors.RunCancelledError('cancelled', run),
  new errors.RunTimedOutError('late', { ...run, stillRunning: true }),
  new errors.ConversationClosedError('closed', { conversationId: 'c', reason: 'done' }),
  new errors.ConversationBusyError('busy', { conversationId: 'c', runningTurnId: 't' }),
  new errors.TurnConflictError('conflict', {
    conversationId: 'c',
    turnId: 't',
    digest: 'd',
    givenDigest: 'g',
  }),
  new errors.UnknownTurnError('unknown', { conversationId: 'c', turnId: 't' }),
  new errors.TurnNotKeptError('lost', { conversationId: 'c', turnId: 't', lost: 'messages' }),
];

function crossed(error: unknown): Error {
  return fromErrorRecord(JSON.parse(JSON.stringify(toErrorRecord(error))) as ErrorRecord);
}

describe('an error that crosses threads', () => {
  it('is tried for every class', () => {
    expect(new Set(ERRORS.map(({ name }) => name))).toEqual(new Set(Object.keys(errors)));
  });

  it.each(ERRORS.map((error) => [error.name, error] as const))('is a %s again', (_name, error) => {
    const again = crossed(error);
    expect(again.constructor).toBe(error.constructor);
    expect(again.name).toBe(error.name);
    expect(again.message).toBe(error.message);
    expect({ ...again }).toEqual({ ...error });
  });

  it('keeps what caused it', () => {
    const inner = new errors.UserError('inner', { cause: new RangeError('innermost') });
    const again = crossed(new errors.AgentRunError('outer', { cause: inner }));
    expect(again.cause).toBeInstanceOf(errors.UserError);
    expect(again.cause).toMatchObject({
      message: 'inner',
      cause: { name: 'RangeError', message: 'innermost' },
    });
  });

  it('keeps name and message of a class that is not ours, and nothing that JSON could not hold', () => {
    const fields: { self?: unknown; size: bigint } = { size: 1n };
    const foreign = Object.assign(new TypeError('odd'), fields);
    foreign.self = foreign;
    expect(crossed(foreign)).toMatchObject({ name: 'TypeError', message: 'odd' });
  });

  it('may be an object that has no text (bug: it threw another error)', () => {
    expect(crossed({ toString: [] }).message).toBe('[object Object]');
  });

  it('may be anything that can be thrown', () => {
    fc.assert(fc.property(fc.anything(), (thrown) => crossed(thrown) instanceof Error));
  });
});
