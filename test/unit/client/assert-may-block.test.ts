import { AsyncLocalStorage } from 'node:async_hooks';
import { assertMayBlock } from '../../../src/client/assert-may-block';
import { UserError } from '../../../src/common/errors';
import { whileWorkerRuns } from '../../../src/common/workers-on-thread';

const ACTIVITIES = Symbol.for('__temporal_activity_context_storage__');
const WORKFLOWS = '__TEMPORAL_ACTIVATOR__';

function refusal(): string | undefined {
  try {
    assertMayBlock();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message; // as just seen
  }
}

describe('a thread', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, ACTIVITIES);
  });

  it('may be blocked when nothing runs on it', () => {
    expect(refusal()).toBeUndefined();
  });

  it('may not be blocked while a worker runs on it', async () => {
    await whileWorkerRuns(async () => expect(refusal()).toMatch(/a worker runs on the same thread/));
    expect(refusal()).toBeUndefined();
  });

  it('may not be blocked by an activity, and may beside one', () => {
    const storage = new AsyncLocalStorage();
    Reflect.set(globalThis, ACTIVITIES, storage);
    expect(refusal()).toBeUndefined();
    storage.run({}, () => expect(refusal()).toMatch(/inside an activity or a tool.*await run/));
  });

  it('may not be blocked by a workflow', () => {
    Reflect.set(globalThis, WORKFLOWS, {});
    const message = refusal();
    // At once: where a worker was loaded before, the SDK looks into this at each promise that is made.
    Reflect.deleteProperty(globalThis, WORKFLOWS);
    expect(message).toMatch(/inside a workflow.*child workflow/);
  });
});
