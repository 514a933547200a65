import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { toActivityFailure } from '../../../src/activities/activity-failure';
import {
  HookExecutionError,
  ModelRequestError,
  PayloadTooLargeError,
  UnexpectedModelBehaviorError,
  UserError,
} from '../../../src/common/errors';

const MIB = 1024 * 1024;

function failureOf(error: unknown): ApplicationFailure {
  const failure = toActivityFailure(error);
  if (!(failure instanceof ApplicationFailure)) throw new Error(`${failure.name} is no ApplicationFailure`);
  return failure;
}

describe('an error as Temporal records it', () => {
  it.each<{ error: Error; type: string; nonRetryable: boolean; details?: unknown; nextRetryDelay?: number }>([
    { error: new UserError('x'), type: 'UserError', nonRetryable: true },
    {
      error: new UnexpectedModelBehaviorError('x'),
      type: 'UnexpectedModelBehaviorError',
      nonRetryable: true,
    },
    {
      error: new PayloadTooLargeError('x', { field: 'prompt', size: 2, limit: 1 }),
      type: 'PayloadTooLargeError',
      nonRetryable: true,
      details: { field: 'prompt', size: 2, limit: 1 },
    },
    {
      error: new HookExecutionError('x', { hookName: 'output' }),
      type: 'HookExecutionError',
      nonRetryable: true,
      details: { hookName: 'output' },
    },
    {
      error: new ModelRequestError('x', {
        model: 'm',
        status: 429,
        code: 'slow',
        retryable: true,
        retryAfter: 2_000,
      }),
      type: 'ModelRequestError',
      nonRetryable: false,
      details: { model: 'm', status: 429, code: 'slow', retryable: true },
      nextRetryDelay: 2_000,
    },
    {
      error: new ModelRequestError('x', { model: 'm', retryable: false }),
      type: 'ModelRequestError',
      nonRetryable: true,
      details: { model: 'm', retryable: false },
    },
    { error: new TypeError('x'), type: 'TypeError', nonRetryable: false },
    { error: ApplicationFailure.nonRetryable('x', 'Mine'), type: 'Mine', nonRetryable: true },
    {
      error: ApplicationFailure.create({ message: 'x', nextRetryDelay: 5_000 }),
      type: 'Error',
      nonRetryable: false,
      nextRetryDelay: 5_000,
    },
  ])(
    'says what failed and whether to try again: $type, $nonRetryable',
    ({ error, type, nonRetryable, details, nextRetryDelay }) => {
      const failure = failureOf(error);
      expect(failure).toMatchObject({ message: 'x', type, nonRetryable });
      expect(failure.details?.[0]).toEqual(details);
      expect(failure.nextRetryDelay ?? undefined).toBe(nextRetryDelay);
    },
  );

  it('lets a cancellation through as it is', () => {
    const cancelled = new CancelledFailure('stop');
    expect(toActivityFailure(cancelled)).toBe(cancelled);
  });

  it('shows where it was thrown, but not what caused it or what was attached', () => {
    const failure = failureOf(
      Object.assign(new Error('x', { cause: new Error('secret') }), { key: 'secret' }),
    );
    expect(failure.stack).toMatch(/^ApplicationFailure: x\n {4}at .*activity-failure\.test\.ts/);
    expect(JSON.stringify(failure) + String(failure.cause)).not.toContain('secret');
  });
});

describe('what is thrown is recorded in a few KB', () => {
  it.each<{ name: string; thrown: unknown; message: string }>([
    { name: 'a long message', thrown: new Error('x'.repeat(3 * MIB)), message: 'x'.repeat(1_000) },
    { name: 'a long text', thrown: 'x'.repeat(3 * MIB), message: 'x'.repeat(1_000) },
    {
      name: 'a large object',
      thrown: { code: 'E1', text: 'x'.repeat(3 * MIB) },
      message: "a thrown object: { code: 'E1', text: 'xxx",
    },
    {
      name: 'an object without a prototype',
      thrown: Object.create(null),
      message: 'a thrown object: [Object: null prototype] {}',
    },
    { name: 'undefined', thrown: undefined, message: 'a thrown undefined: undefined' },
    { name: 'a symbol', thrown: Symbol('no'), message: 'a thrown symbol: Symbol(no)' },
    {
      name: 'an object whose text throws',
      thrown: {
        toString: () => {
          throw new Error('no');
        },
      },
      message: 'a thrown object: { toString: [Function',
    },
  ])('$name', ({ thrown, message }) => {
    const failure = failureOf(thrown);
    expect(failure.message.startsWith(message)).toBe(true);
    expect(failure.message.length).toBeLessThan(1_100);
    expect((failure.stack ?? '').length).toBeLessThan(2_300);
  });

  it('a name', () => {
    const error = Object.assign(new Error('x'), { name: 'N'.repeat(3 * MIB) });
    expect(failureOf(error).type).toBe('N'.repeat(128));
  });

  it("a provider's code", () => {
    const error = new ModelRequestError('x', { model: 'm', code: 'c'.repeat(3 * MIB), retryable: false });
    expect(JSON.stringify(failureOf(error).details).length).toBeLessThan(1_200);
  });

  it('a stack whose message is cut keeps its call sites', () => {
    const failure = failureOf(new Error(`${'x'.repeat(3 * MIB)}\nsecond line`));
    expect(failure.stack).toContain('\n    at ');
    expect(failure.stack).toContain('more characters');
  });
});
