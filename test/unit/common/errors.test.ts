import * as errors from '../../../src/common/errors';
import { NO_USAGE } from '../../../src/common/usage';

type Errors = typeof errors;

/** A second copy of the module, as another realm or another copy of the package has it. */
function loadCopy(): Errors {
  let copy: Errors | undefined;
  jest.isolateModules(() => {
    copy = jest.requireActual<Errors>('../../../src/common/errors');
  });
  if (copy === undefined) throw new Error('no copy');
  return copy;
}

/** One of each class. */
function createAll(from: Errors): Record<string, Error> {
  return {
    UserError: new from.UserError('m'),
    ModelRetry: new from.ModelRetry('m'),
    ToolFailed: new from.ToolFailed('m'),
    ServerUnreachableError: new from.ServerUnreachableError('m', { address: 'a' }),
    NoWorkerError: new from.NoWorkerError('m', { runId: 'r', agent: 'a', taskQueue: 't' }),
    ConversationClosedError: new from.ConversationClosedError('m', { conversationId: 'c', reason: 'r' }),
    ConversationBusyError: new from.ConversationBusyError('m', { conversationId: 'c', runningTurnId: 't' }),
    TurnConflictError: new from.TurnConflictError('m', {
      conversationId: 'c',
      turnId: 't',
      digest: 'd',
      givenDigest: 'g',
    }),
    UnknownTurnError: new from.UnknownTurnError('m', { conversationId: 'c', turnId: 't' }),
    TurnNotKeptError: new from.TurnNotKeptError('m', { conversationId: 'c', turnId: 't', lost: 'result' }),
    AgentRunError: new from.AgentRunError('m'),
    UsageLimitExceededError: new from.UsageLimitExceededError('m', { limit: 'request_limit', value: 1 }),
    UnexpectedModelBehaviorError: new from.UnexpectedModelBehaviorError('m'),
    ContentFilterError: new from.ContentFilterError('m'),
    IncompleteToolCallError: new from.IncompleteToolCallError('m'),
    ModelRequestError: new from.ModelRequestError('m', { model: 'x', retryable: true }),
    ToolExecutionError: new from.ToolExecutionError('m', { toolName: 't' }),
    HookExecutionError: new from.HookExecutionError('m', { hookName: 'h' }),
    PayloadTooLargeError: new from.PayloadTooLargeError('m', { field: 'prompt', size: 2, limit: 1 }),
    RunCancelledError: new from.RunCancelledError('m'),
    RunTimedOutError: new from.RunTimedOutError('m', { stillRunning: true }),
  };
}

const classes = Object.entries(errors).filter(([, value]) => typeof value === 'function') as [
  string,
  new () => Error, // for `instanceof` only
][];
const copy = loadCopy();
const names = (created: Record<string, Error>, name: string): Error | undefined => created[name];

it('the copy is one (a check of this test)', () => {
  expect(copy.UserError).not.toBe(errors.UserError);
  expect(Object.getPrototypeOf(new copy.UserError('m'))).not.toBe(errors.UserError.prototype);
});

describe.each(classes)('%s', (name, constructor) => {
  const own = names(createAll(errors), name);
  const foreign = names(createAll(copy), name);

  it('is recognised, whichever copy of the package made it', () => {
    expect(own instanceof constructor).toBe(true);
    expect(foreign instanceof constructor).toBe(true);
  });

  it('has its name, its message and a stack', () => {
    expect(own).toMatchObject({ name, message: 'm' });
    expect(own?.stack).toContain(`${name}: m`);
    expect(own instanceof Error).toBe(true);
  });

  it('recognises no other error of the package but those derived from it', () => {
    const others = Object.entries(createAll(copy)).filter(([, error]) => error instanceof constructor);
    const derived = Object.entries(createAll(errors)).filter(([, error]) => isDerived(error, constructor));
    expect(others.map(([other]) => other)).toEqual(derived.map(([other]) => other));
  });

  it.each([null, undefined, 'text', 7, {}, new Error('m'), { name, message: 'm' }, () => 0])(
    'does not recognise %p',
    (value) => {
      expect(value instanceof constructor).toBe(false);
    },
  );
});

function isDerived(error: Error, constructor: new () => Error): boolean {
  return Object.prototype.isPrototypeOf.call(constructor.prototype, error);
}

describe('the family of run errors', () => {
  it.each([
    ['ContentFilterError', 'UnexpectedModelBehaviorError'],
    ['IncompleteToolCallError', 'UnexpectedModelBehaviorError'],
    ['UnexpectedModelBehaviorError', 'AgentRunError'],
    ['UsageLimitExceededError', 'AgentRunError'],
    ['ModelRequestError', 'AgentRunError'],
    ['ToolExecutionError', 'AgentRunError'],
    ['HookExecutionError', 'AgentRunError'],
    ['PayloadTooLargeError', 'AgentRunError'],
    ['RunCancelledError', 'AgentRunError'],
    ['RunTimedOutError', 'AgentRunError'],
  ])('%s is a kind of %s, also of another copy', (child, parent) => {
    const constructor = classes.find(([name]) => name === parent)?.[1] ?? String;
    expect(names(createAll(copy), child) instanceof constructor).toBe(true);
  });

  it.each(['UserError', 'ModelRetry', 'ToolFailed', 'NoWorkerError', 'ServerUnreachableError'])(
    '%s does not belong to it',
    (name) => {
      expect(names(createAll(errors), name) instanceof errors.AgentRunError).toBe(false);
    },
  );

  it('carries what was spent and said, or nothing', () => {
    const messages = [{ kind: 'request', parts: [] }] as const;
    const cause = new Error('why');
    const error = new errors.RunCancelledError('m', { runId: 'r', usage: NO_USAGE, messages, cause });
    expect(error).toMatchObject({ runId: 'r', workflowId: 'r', usage: NO_USAGE, messages, cause });
    expect(new errors.AgentRunError('m')).toMatchObject({
      runId: '',
      workflowId: '',
      usage: NO_USAGE,
      messages: [],
    });
    expect('cause' in new errors.AgentRunError('m')).toBe(false);
  });
});

describe('a class that a user derives', () => {
  class OutOfStock extends errors.ModelRetry {}

  it('keeps the ordinary instanceof', () => {
    expect(new OutOfStock('m') instanceof OutOfStock).toBe(true);
    expect(new errors.ModelRetry('m') instanceof OutOfStock).toBe(false);
    expect(new copy.ModelRetry('m') instanceof OutOfStock).toBe(false);
    expect(Object.create(null) instanceof OutOfStock).toBe(false);
  });

  it('is recognised as what it was derived from, by each copy', () => {
    expect(new OutOfStock('m') instanceof errors.ModelRetry).toBe(true);
    expect(new OutOfStock('m') instanceof copy.ModelRetry).toBe(true);
    expect(new OutOfStock('m') instanceof errors.ToolFailed).toBe(false);
  });

  it('may name itself', () => {
    class Named extends errors.ToolFailed {
      override readonly name = 'Named';
    }
    expect(new Named('m').name).toBe('Named');
  });
});
