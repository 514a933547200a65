// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleWorkflowCode, Worker, NativeConnection } from '@temporalio/worker';
import {
  type Agent,
  AgentRunError,
  defineAgent,
  defineTool,
  HookExecutionError,
  type ModelMessage,
  ModelRequestError,
  ModelRetry,
  NO_USAGE,
  UsageLimitExceededError,
} from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { killChildren } from '../support/child';
import { type DescribedError, describeError } from '../support/describe-error';
import { withoutIds } from '../support/describe-result';
import type { Failing } from '../support/failing-workflows';
import { timeline } from '../support/operator-page';
import { runSyncWhole } from '../support/run-sync-whole';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';

afterAll(killChildren);

interface Case {
  readonly agent: Omit<Parameters<typeof defineAgent>[0], 'name'>;
  /** From the class thrown up to its base. */
  readonly classes: readonly string[];
  readonly message: string | RegExp;
  readonly fields: object;
}

const tool = (name: string, execute: () => unknown) =>
  defineTool({ name, description: 'x', input: z.object({}), maximumAttempts: 1, execute });

const call = (name: string) => functionModel(() => [{ tool: name }]);

const asked = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Go.' }] };

/** Each class that a run can end with. */
const CASES: Readonly<Record<string, Case>> = {
  'a usage limit': {
    agent: {
      model: functionModel(() => ({ text: 'Too long.', usage: { inputTokens: 7, outputTokens: 9 } })),
      usageLimits: { outputTokensLimit: 8 },
    },
    classes: ['UsageLimitExceededError', 'AgentRunError'],
    message: 'Exceeded the output_tokens_limit of 8 (output_tokens=9)',
    fields: {
      limit: 'output_tokens_limit',
      value: 9,
      usage: { ...NO_USAGE, requests: 1, inputTokens: 7, outputTokens: 9, totalTokens: 16 },
      messages: [asked],
      discardedResponse: {
        kind: 'response',
        parts: [{ kind: 'text', content: 'Too long.' }],
        usage: { inputTokens: 7, outputTokens: 9 },
      },
    },
  },
  'a tool that the model invents again and again': {
    agent: { model: call('invented') },
    classes: ['UnexpectedModelBehaviorError', 'AgentRunError'],
    message: "Tool 'invented' exceeded max retries count of 1",
    fields: { usage: { requests: 2, toolCalls: 0 }, messages: { length: 5 } },
  },
  'an answer that stays invalid': {
    agent: {
      model: functionModel(() => [{ tool: 'final_result', args: { word: 7 } }]),
      output: z.object({ word: z.string() }),
    },
    classes: ['UnexpectedModelBehaviorError', 'AgentRunError'],
    message: 'Exceeded maximum output retries (1)',
    fields: { usage: { requests: 2 } },
  },
  'an answer of which the filter left nothing': {
    agent: { model: functionModel(() => ({ finishReason: 'content_filter' })) },
    classes: ['ContentFilterError', 'UnexpectedModelBehaviorError', 'AgentRunError'],
    message: /content filter/,
    fields: { usage: { requests: 1 } },
  },
  'arguments that the token limit cuts': {
    agent: {
      model: functionModel(() => ({ calls: [{ tool: 'work', args: '{"a":' }], finishReason: 'length' })),
      tools: [tool('work', () => 1)],
    },
    classes: ['IncompleteToolCallError', 'UnexpectedModelBehaviorError', 'AgentRunError'],
    message: /cut the arguments of tool 'work'/,
    fields: { usage: { requests: 2 } },
  },
  'a provider that refuses': {
    agent: {
      model: functionModel(() => {
        const fields = { model: 'm', status: 400, code: 'context_length_exceeded', retryable: false };
        throw new ModelRequestError('The conversation is too long.', fields);
      }),
    },
    classes: ['ModelRequestError', 'AgentRunError'],
    message: 'The conversation is too long.',
    fields: {
      model: 'm',
      status: 400,
      code: 'context_length_exceeded',
      retryable: false,
      usage: NO_USAGE,
      messages: [asked],
    },
  },
  'a model whose code throws': {
    agent: {
      model: functionModel(() => Promise.reject(new RangeError('off by one'))),
      modelMaximumAttempts: 1,
    },
    classes: ['ModelRequestError', 'AgentRunError'],
    message: 'function: off by one',
    fields: { model: 'function', retryable: true },
  },
  'a tool that is broken': {
    agent: { model: call('broken'), tools: [tool('broken', () => Promise.reject(new Error('no power')))] },
    classes: ['ToolExecutionError', 'AgentRunError'],
    message: "Tool 'broken' failed: no power",
    fields: {
      toolName: 'broken',
      usage: { requests: 1, toolCalls: 0 },
      messages: [asked, { kind: 'response', state: 'interrupted' }],
    },
  },
  'a validator that throws': {
    agent: {
      model: functionModel(() => 'Hi.'),
      outputValidators: [
        () => {
          throw new TypeError('no such thing');
        },
      ],
    },
    classes: ['HookExecutionError', 'AgentRunError'],
    message: /threw: no such thing/,
    fields: { hookName: expect.stringMatching(/^output validator 1 of agent/) },
  },
  'instructions that throw': {
    agent: {
      model: functionModel(() => 'Hi.'),
      instructions: () => {
        throw new TypeError('no such thing');
      },
    },
    classes: ['HookExecutionError', 'AgentRunError'],
    message: /threw: no such thing/,
    fields: { hookName: expect.stringMatching(/^instructions 1 of agent/), messages: [asked] },
  },
  'a history processor that throws, if only for the model': {
    agent: {
      model: functionModel(() => 'Hi.'),
      historyProcessors: [
        () => {
          throw new ModelRetry('Once more.');
        },
      ],
    },
    classes: ['HookExecutionError', 'AgentRunError'],
    message: /threw: Once more\./,
    fields: { hookName: expect.stringMatching(/^history processor 1 of agent/) },
  },
  'a prepare that throws': {
    agent: {
      model: functionModel(() => 'Hi.'),
      tools: [
        defineTool({
          name: 'shy',
          description: 'x',
          input: z.object({}),
          execute: () => 1,
          prepare: () => Promise.reject(new Error('not today')),
        }),
      ],
    },
    classes: ['HookExecutionError', 'AgentRunError'],
    message: "prepare of tool 'shy' threw: not today",
    fields: { hookName: "prepare of tool 'shy'" },
  },
  'a result that cannot be recorded': {
    agent: { model: call('flood'), tools: [tool('flood', () => 'x'.repeat(2_000_000))] },
    classes: ['PayloadTooLargeError', 'AgentRunError'],
    message: /the result of tool 'flood' is \d+ bytes long; at most 1900000/,
    fields: { field: "the result of tool 'flood'", size: 2_000_034, limit: 1_900_000 },
  },
  'deps that are missing': {
    agent: { model: functionModel(() => 'Hi.'), deps: z.object({ shop: z.string() }) },
    classes: ['UserError'],
    message: /: deps: /,
    fields: {},
  },
};

function nameOf(what: string): string {
  return what.replaceAll(/[^a-z]+/g, '-');
}

describe('a run ends with the class that says why, and everything it carries, for', () => {
  let served: Served;
  let bySync: Awaited<ReturnType<typeof runSyncWhole>>;

  beforeAll(async () => {
    const agents = Object.entries(CASES).map(([what, { agent }]): Agent =>
      defineAgent({ ...agent, name: nameOf(what) }),
    );
    served = await serve(agents);
    const { taskQueue } = served;
    bySync = await runSyncWhole(
      agents.map(({ name }) => ({ agent: name, prompt: 'Go.', options: { taskQueue } })),
    );
  });

  afterAll(() => served.stop());

  it.each(Object.entries(CASES))('%s', async (what, { classes, message, fields }) => {
    const { client } = served;
    const runId = `${nameOf(what)}-${randomUUID()}`;
    const error = await failureOf(client.run(nameOf(what), 'Go.', { runId }));
    expect(error.classes.toSorted()).toEqual(classes.toSorted());
    expect(error.message).toMatch(message);
    const about = classes.includes('AgentRunError') ? { runId, workflowId: runId } : {};
    expect(error.fields).toMatchObject({ ...about, ...fields });

    const again = await failureOf(client.getRun(runId).result());
    expect(again).toEqual(error);
    const sync = bySync[Object.keys(CASES).indexOf(what)]?.error;
    expect(sync && comparable(sync)).toEqual(comparable(error));
  });
});

function comparable(error: DescribedError): object {
  return { ...error, fields: withoutIds(error.fields), message: error.message.replaceAll(/\d{5,}/g, 'N') };
}

function failureOf(running: Promise<unknown>): Promise<DescribedError> {
  return running.then(
    () => Promise.reject(new Error('the run did not fail')),
    (error: unknown) => describeError(error),
  );
}

describe('a run that was ended from outside', () => {
  const patient = defineAgent({ name: 'patient', model: call('wait'), tools: [waiting()] });
  let served: Served;

  beforeAll(async () => {
    served = await serve([patient]);
  });

  afterAll(() => served.stop());

  it.each([
    ['cancelled', ['AgentRunError', 'RunCancelledError'], /was cancelled: enough/],
    ['terminated', ['AgentRunError'], /was terminated: enough/],
  ])('%s, says so with what was spent and said', async (end, classes, message) => {
    const { client } = served;
    const handle = await client.start('patient', 'Go.');
    await until(async () => (await timeline(client, handle.id)).find(({ type }) => type === 'wait'));
    const temporal = client.temporal.workflow.getHandle(handle.id);
    await (end === 'cancelled' ? handle.cancel('enough') : temporal.terminate('enough'));
    const error = await failureOf(handle.result());
    expect(error.classes).toEqual(classes);
    expect(error.message).toMatch(message);
    expect(error.fields).toMatchObject({
      runId: handle.id,
      usage: { requests: 1, inputTokens: 10 },
      messages: [asked, { kind: 'response', state: 'interrupted' }],
    });
  });
});

function waiting() {
  return defineTool({
    name: 'wait',
    description: 'x',
    input: z.object({}),
    execute: (_, { signal }) => sleep(60_000, undefined, { signal }),
  });
}

describe('a run that a worker of another version has failed', () => {
  let worker: Worker;
  let running: Promise<void>;
  let client: AgentClient;
  let connection: NativeConnection;
  const taskQueue = `versions-${randomUUID()}`;

  beforeAll(async () => {
    const workflowsPath = require.resolve('../support/failing-workflows');
    const workflowBundle = await bundleWorkflowCode({ workflowsPath });
    connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    worker = await Worker.create({ connection, taskQueue, workflowBundle });
    running = worker.run();
    client = await AgentClient.connect({ taskQueue });
  });

  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await connection.close();
  });

  async function failWith(failing: Failing): Promise<unknown> {
    const workflowId = `versions-${randomUUID()}`;
    await client.temporal.workflow.start('fail', { taskQueue, workflowId, args: [failing] });
    return client
      .getRun(workflowId)
      .result()
      .catch((error: unknown) => error);
  }

  const detail = { usage: { ...NO_USAGE, requests: 3 }, tail: [] };

  it('a newer one, with fields and details that this client does not know: they are left aside', async () => {
    const fields = { limit: 'dream_limit', value: 4, per: 'night' };
    const error = await failWith({
      type: 'UsageLimitExceededError',
      message: 'Exceeded the dream_limit of 3',
      details: [{ ...detail, fields, mood: 'good' }, 'more'],
    });
    expect(error).toBeInstanceOf(UsageLimitExceededError);
    expect(error).toMatchObject({ limit: 'dream_limit', value: 4, message: 'Exceeded the dream_limit of 3' });
  });

  it('a newer one, with messages of a form that this client cannot read: the error is the same all the same', async () => {
    const error = await failWith({
      type: 'HookExecutionError',
      message: 'a dream threw',
      details: [{ ...detail, tail: [{ dream: 1 }], fields: { hookName: 'dream' } }],
    });
    expect(error).toBeInstanceOf(HookExecutionError);
    expect(error).toMatchObject({ hookName: 'dream', usage: { requests: 3 }, messages: [] });
  });

  it('a newer one, with a class that this client does not have: it is a failed run', async () => {
    const error = await failWith({ type: 'DreamError', message: 'Woken up.', details: [detail] });
    expect(error).toBeInstanceOf(AgentRunError);
    expect(error).toMatchObject({
      name: 'AgentRunError',
      message: 'Woken up.',
      cause: { type: 'DreamError' },
    });
  });

  it.each<[string, Failing['details']]>([
    ['without details', []],
    ['with empty ones', [{}]],
    ['with ones of another form', ['gone']],
    [
      'with fields of other types',
      [{ usage: 'little', tail: 7, fields: { model: 7, status: 'bad', retryable: 1 } }],
    ],
    ['with nothing for details', [null]],
  ])(
    'an older one, %s: the class is the same, and its fields are what can be known',
    async (_what, details) => {
      const error = await failWith({
        type: 'ModelRequestError',
        message: 'no answer',
        details: details ?? [],
      });
      expect(error).toBeInstanceOf(ModelRequestError);
      expect(error).toMatchObject({ model: '', status: undefined, retryable: false, message: 'no answer' });
    },
  );
});

it('the messages that an error carries are those that the run recorded', async () => {
  const { client, stop } = await serve([
    defineAgent({
      name: 'broken',
      model: call('broken'),
      tools: [tool('broken', () => Promise.reject(new Error('x')))],
    }),
  ]);
  const handle = await client.start('broken', 'Go.');
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  const { messages } = error as { messages: ModelMessage[] }; // every error of a run has them
  expect(await handle.messages()).toEqual(messages);
  await stop();
});
