// Needs a real Temporal server. What a caller sees of a run that goes on as another workflow run at every step.
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { defineSearchAttributeKey } from '@temporalio/common';
import { type ActivityInboundCallsInterceptor, NativeConnection, Worker } from '@temporalio/worker';
import {
  type Agent,
  defineAgent,
  defineTool,
  RunCancelledError,
  RunTimedOutError,
  type ToolContext,
  UserError,
} from 'perdure';
import type { RunHandle } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import type { CreateWorkerOptions } from 'perdure/worker';
import { z } from 'zod';
import { AT_EVERY_STEP, chainOf, NEVER } from '../support/chain';
import { killChildren, startProgram } from '../support/child';
import { anonymous } from '../support/scene';
import { serve, type Served } from '../support/serve';
import { until } from '../support/until';

const AGENT_STATUS = defineSearchAttributeKey('AgentStatus', 'KEYWORD');

let served: Served | undefined;

afterEach(async () => {
  killChildren();
  await served?.stop();
  served = undefined;
});

interface Walk {
  readonly steps: number;
  /** What a step does. */
  readonly pace?: (step: number, context: ToolContext) => unknown;
  readonly rollOver?: object;
}

/** Takes so many steps, one tool call in each. */
function walker({ steps, pace = (step) => `at ${step}`, rollOver = AT_EVERY_STEP }: Walk): Agent {
  const walk = defineTool({
    name: 'walk',
    description: 'Takes a step.',
    input: z.object({ step: z.number() }),
    execute: ({ step }, context) => pace(step, context),
  });
  const model = functionModel((messages) => {
    const step = messages.filter(({ kind }) => kind === 'response').length;
    return step < steps ? [{ tool: 'walk', args: { step } }] : 'There.';
  });
  return defineAgent({ name: 'walker', model, tools: [walk], usageLimits: { requestLimit: null }, rollOver });
}

function failureOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => new Error('the run did not fail'),
    (error: unknown) => error,
  );
}

describe('the handle of a run', () => {
  it('stays what it is: for who waits from the start, and for who finds the run later', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    served = await serve([walker({ steps: 6, pace: (step) => (step < 4 ? step : gate) })]);
    const { client } = served;
    const handle = await client.start('walker', 'Go.', { runId: `walk-${randomUUID()}` });
    const waiting = handle.result();
    const found = client.getRun(handle.id);
    const said = await until(async () => {
      const messages = await found.messages();
      return messages.length >= 10 ? messages : undefined;
    });
    expect((await chainOf(client, handle.id)).length).toBeGreaterThan(7);
    expect(await found.status()).toBe('running');
    expect(await found.usage()).toMatchObject({ requests: 5, toolCalls: 4 });
    open();
    const result = await waiting;
    expect(result).toMatchObject({ runId: handle.id, workflowId: handle.id, conversationId: handle.id });
    expect((await found.result()).output).toBe('There.');
    expect(await found.status()).toBe('completed');
    expect((await result.allMessages()).slice(0, said.length)).toEqual(said);
  });

  it('says in the midst of any step what it would say without the other workflow runs', async () => {
    const told = async (rollOver: object): Promise<unknown> => {
      const log: unknown[] = [];
      const look = async ({ runId }: ToolContext, { client }: Served): Promise<void> => {
        const run = client.getRun(runId);
        log.push(await run.messages(), await run.usage(), await run.status(), await run.compactions());
      };
      const pace = (_step: number, context: ToolContext) => served && look(context, served);
      served = await serve([walker({ steps: 4, pace, rollOver })]);
      const { runId } = await served.client.run('walker', 'Go.');
      await served.stop();
      served = undefined;
      return anonymous(log, runId);
    };
    const whole = await told(NEVER);
    expect(whole).toHaveLength(16);
    expect(await told(AT_EVERY_STEP)).toEqual(whole);
  });

  it('waits without a word however many workflow runs there are (bug: from the eleventh on Node warned of a leak)', async () => {
    const taskQueue = `thinking-${randomUUID()}`;
    served = await serve([{ ...walker({ steps: 8 }), name: 'thinker' }], { taskQueue });
    const waiting = startProgram('run-and-wait', { taskQueue, runId: taskQueue });
    expect(await waiting.ended).toEqual({ code: 0, signal: null });
    expect(await chainOf(served.client, taskQueue)).toHaveLength(17);
    expect(waiting.stderr).toBe('');
  });

  it('knows that a worker has taken a run of which the current workflow run waits (bug: it said that no worker had)', async () => {
    served = await serve([walker({ steps: 1 })]);
    const { client } = served;
    const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    const [here, nowhere] = [`here-${randomUUID()}`, `nowhere-${randomUUID()}`];
    const workflowsPath = require.resolve('../support/wandering-workflows');
    const worker = await Worker.create({ connection, taskQueue: here, workflowsPath });
    await worker.runUntil(async () => {
      await client.temporal.workflow.start('wander', { taskQueue: here, workflowId: here, args: [nowhere] });
      await until(async () => ((await chainOf(client, here)).length === 2 ? true : undefined));
      const waiting = client.getRun(here).result({ waitForWorker: '1s', timeout: '2s' });
      await expect(waiting).rejects.toThrow(/did not finish within 2 s. It goes on/);
      await client.getRun(here).cancel();
    });
    await connection.close();
  });
});

describe('a run that was handed on', () => {
  it('is the same run when its id is given again, while it runs and when it has ended', async () => {
    served = await serve([walker({ steps: 4 })]);
    const { client } = served;
    const runId = `walk-${randomUUID()}`;
    const first = await client.start('walker', 'Go.', { runId, metadata: { ticket: 7 } });
    await until(async () => ((await chainOf(client, runId)).length > 2 ? true : undefined));
    const same = await client.start('walker', 'Go.', { runId, metadata: { ticket: 7 } });
    await expect(client.start('walker', 'Go on.', { runId })).rejects.toThrow(UserError);
    await Promise.all([first.result(), same.result()]);
    const again = await client.run('walker', 'Go.', { runId, metadata: { ticket: 7 } });
    expect(again).toMatchObject({ output: 'There.', usage: { requests: 5 }, metadata: { ticket: 7 } });
    await expect(client.run('walker', 'Go on.', { runId })).rejects.toThrow(/was asked something else/);
  });

  it('can be continued by another', async () => {
    served = await serve([walker({ steps: 3 })]);
    const { client } = served;
    const first = await client.run('walker', 'Go.');
    const second = await client.run('walker', 'And on.', { continueFrom: first.runId });
    const before = await first.allMessages();
    expect(before).toHaveLength(8);
    expect((await second.allMessages()).slice(0, 8)).toEqual(before);
    expect(await second.newMessages()).toMatchObject([
      { parts: [{ kind: 'user-prompt', content: 'And on.' }] },
      { parts: [{ kind: 'text', content: 'There.' }] },
    ]);
  });

  it('can be continued after it was cancelled in the midst of a call', async () => {
    const wait = (step: number, { signal }: ToolContext): unknown =>
      step < 2 ? step : new Promise((resolve) => signal.addEventListener('abort', resolve));
    served = await serve([walker({ steps: 3, pace: wait })]);
    const { client } = served;
    const first = await client.start('walker', 'Go.');
    await until(async () => ((await first.messages()).length === 6 ? true : undefined));
    await first.cancel();
    const error = await failureOf(first.result());
    const second = await client.run('walker', 'And on.', { continueFrom: first.id });
    const { messages } = error as RunCancelledError;
    expect(messages.at(-1)).toMatchObject({ kind: 'response', state: 'interrupted' });
    expect((await second.allMessages()).slice(0, 6)).toEqual(messages);
  });

  it('has one deadline for all its workflow runs', async () => {
    served = await serve([
      walker({ steps: 1_000, pace: () => new Promise((resolve) => setTimeout(resolve, 200)) }),
    ]);
    const { client } = served;
    const deadline = new Date(Date.now() + 3_000);
    const handle = await client.start('walker', 'Go.', { deadline });
    const error = await failureOf(handle.result());
    expect(error).toBeInstanceOf(RunTimedOutError);
    expect(error).toMatchObject({ stillRunning: false, usage: { requests: expect.any(Number) } });
    expect(await handle.status()).toBe('timed-out');
    expect((await chainOf(client, handle.id)).length).toBeGreaterThan(2);
  });
});

describe('a run that is cancelled just when another workflow run is to go on with it', () => {
  async function expectCancelled(handle: RunHandle, { client }: Served): Promise<void> {
    const error = await failureOf(handle.result());
    expect(error).toBeInstanceOf(RunCancelledError);
    expect(error).toMatchObject({ message: `run '${handle.id}' was cancelled: enough`, runId: handle.id });
    expect(await handle.status()).toBe('cancelled');
    const { typedSearchAttributes } = await client.temporal.workflow.getHandle(handle.id).describe();
    expect(typedSearchAttributes.get(AGENT_STATUS)).toBe('cancelled');
  }

  it('by a tool that then returns, is cancelled', async () => {
    const pace = async (step: number, { runId }: ToolContext): Promise<unknown> => {
      if (step === 2) await served?.client.getRun(runId).cancel('enough');
      return step;
    };
    served = await serve([walker({ steps: 6, pace })]);
    const handle = await served.client.start('walker', 'Go.');
    await expectCancelled(handle, served);
    expect(await handle.usage()).toMatchObject({ requests: 3 });
    expect((await handle.messages()).length).toBeGreaterThanOrEqual(6);
  });

  it('by its model that then answers, is cancelled', async () => {
    const runId = `walk-${randomUUID()}`;
    const model = functionModel(async (messages) => {
      if (messages.length === 5) await served?.client.getRun(runId).cancel('enough');
      return [{ tool: 'walk', args: { step: messages.length } }];
    });
    served = await serve([{ ...walker({ steps: 9 }), model }]);
    const handle = await served.client.start('walker', 'Go.', { runId });
    await expectCancelled(handle, served);
    expect(await handle.usage()).toMatchObject({ toolCalls: 2 });
  });

  it('while its messages are loaded, is cancelled, and says what was said (bug: it was listed as running)', async () => {
    const pace = (step: number): string => `${step}`.repeat(300_000);
    served = await serve([walker({ steps: 9, pace })], { temporal: cancelling('transcript.load') });
    const handle = await served.client.start('walker', 'Go.');
    await expectCancelled(handle, served);
    const messages = await handle.messages();
    expect(messages).toHaveLength(5);
    const heir = await served.client.run('walker', 'And on.', { continueFrom: handle.id, timeout: '30s' });
    expect((await heir.allMessages()).slice(0, 5)).toEqual(messages);
  });
});

/** A worker whose first activity of a type cancels its run, and is cancelled with it. */
function cancelling(type: string): NonNullable<CreateWorkerOptions['temporal']> {
  let isFirst = true;
  const cancelRun = async (): Promise<never> => {
    const { info, cancelled, heartbeat } = Context.current();
    await served?.client.getRun(info.workflowExecution?.workflowId ?? '').cancel('enough');
    const beat = setInterval(() => heartbeat(), 100);
    return cancelled.finally(() => clearInterval(beat));
  };
  const execute: ActivityInboundCallsInterceptor['execute'] = (input, next) => {
    if (Context.current().info.activityType !== type || !isFirst) return next(input);
    isFirst = false;
    return cancelRun();
  };
  return { interceptors: { activity: [() => ({ inbound: { execute } })] } };
}
