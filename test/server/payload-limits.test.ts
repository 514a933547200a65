// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import {
  type Agent,
  type AgentRunError,
  defineAgent,
  defineTool,
  ModelRetry,
  PayloadTooLargeError,
  type Tool,
  ToolExecutionError,
  ToolFailed,
  UnexpectedModelBehaviorError,
  UsageLimitExceededError,
  UserError,
} from 'perdure';
import { scriptedModel, type ScriptedModel, type ScriptEntry } from 'perdure/testing';
import { z } from 'zod';
import { MAX_PAYLOAD_BYTES as LIMIT, MAX_STORED_PAYLOAD_BYTES as STORED } from '../../src/common/size-limits';
import { historyEvents, troublesOf } from '../support/history';
import { recordedActivities } from '../support/recorded-activities';
import { serve, type Served } from '../support/serve';

const KIB = 1024;
const MIB = 1024 * KIB;

const letters = (length: number): string => 'x'.repeat(length);

/** An agent with a script, its worker, and what a test asks of them. */
interface Stage extends Served {
  readonly agent: Agent;
  readonly model: ScriptedModel;
}

const stages: Stage[] = [];

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ stop }) => stop()));
});

async function stage(
  script: readonly ScriptEntry[],
  options: Partial<Parameters<typeof defineAgent>[0]> & { readonly cacheSize?: number } = {},
): Promise<Stage> {
  const { cacheSize, ...more } = options;
  const model = scriptedModel(script);
  const agent: Agent = defineAgent({
    name: 'subject',
    model,
    deps: z.unknown(),
    ...more,
  });
  const served = await serve([agent], cacheSize === undefined ? {} : { transcriptCacheSize: cacheSize });
  const staged = { ...served, agent, model };
  stages.push(staged);
  return staged;
}

/** A worker that remembers nothing: each activity asks the run for what it needs. */
const COLD = { cacheSize: 1 };

/** A tool without arguments, and how often it ran. */
function countedTool(execute: () => unknown): { readonly tool: Tool<unknown>; readonly runs: () => number } {
  let runs = 0;
  const tool = defineTool({
    name: 'work',
    description: 'Works.',
    input: z.object({}),
    execute: () => {
      runs += 1;
      return execute();
    },
  });
  return { tool, runs: () => runs };
}

const CALLS_WORK = [[{ tool: 'work' }], 'Done.'] as const;

async function failureOf(run: Promise<unknown>): Promise<AgentRunError> {
  const end = await run.then(
    () => new Error('the run did not fail'),
    (error: unknown) => error,
  );
  return end as AgentRunError; // what else it may be shows in the test's own expectations
}

/** A run that was never stuck and paid for nothing twice; and the failure that ended it is small. */
async function expectCleanEnd({ client }: Served, { runId }: { readonly runId: string }): Promise<void> {
  expect(await troublesOf(client, runId)).toEqual([]);
  const failures = (await historyEvents(client, runId)).flatMap((event) => [
    event.workflowExecutionFailedEventAttributes?.failure ?? [],
    event.activityTaskFailedEventAttributes?.failure ?? [],
  ]);
  for (const failure of failures.flat()) expect(JSON.stringify(failure).length).toBeLessThan(64 * KIB);
}

const tooLarge = (field: string, size: number): unknown =>
  expect.objectContaining({
    message: `${field} is ${size} bytes long; at most ${LIMIT} can be recorded${
      field.startsWith('the heartbeat') ? '' : `, or ${STORED} with the option storage`
    }`,
    field,
    size,
    limit: LIMIT,
  });

describe('before anything starts, the client refuses', () => {
  it.each([
    { field: 'prompt', prompt: letters(2 * MIB), options: {}, size: 2 * MIB + 2 },
    { field: 'deps', prompt: 'hi', options: { deps: { text: letters(2 * MIB) } }, size: 2 * MIB + 11 },
    { field: 'instructions', prompt: 'hi', options: { instructions: letters(3 * MIB) }, size: 3 * MIB + 2 },
    {
      field: 'metadata',
      prompt: 'hi',
      options: { metadata: { text: letters(5 * MIB) } },
      size: 5 * MIB + 11,
    },
    {
      field: 'prompt and options together',
      prompt: letters(MIB),
      options: { deps: letters(MIB) },
      size: 2 * MIB + 23,
    },
  ])('$field', async ({ field, prompt, options, size }) => {
    const { client, agent, model } = await stage(['Done.']);
    const runId = `run-${randomUUID()}`;
    const error = await failureOf(client.start(agent, prompt, { runId, ...options }));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toEqual(tooLarge(field, size));
    await expect(client.getRun(runId).status()).rejects.toThrow(UserError);
    expect(model.requests).toEqual([]);
  });

  it('a prompt of one byte more than the limit; one of exactly the limit runs', async () => {
    const { client, agent } = await stage(['Done.']);
    const fitting = `é${letters(LIMIT - 4)}`; // é is two bytes, and there are two quotes
    const { output } = await client.run(agent, fitting);
    expect(output).toBe('Done.');
    expect(await failureOf(client.run(agent, `${fitting}x`))).toEqual(tooLarge('prompt', LIMIT + 1));
  });
});

describe('a run that someone else started', () => {
  const start = ({ client, taskQueue }: Served, input: unknown): Promise<string> => {
    const workflowId = `foreign-${randomUUID()}`;
    return client.temporal.workflow
      .start('subject', { taskQueue, workflowId, args: [input] })
      .then(() => workflowId);
  };

  it.each([
    {
      field: 'deps',
      input: { prompt: 'hi', deps: { text: letters(1.99 * MIB) } },
      size: Math.floor(1.99 * MIB) + 11,
    },
    { field: 'prompt', input: letters(1.99 * MIB), size: Math.floor(1.99 * MIB) + 2 },
  ])('with $field of 1.99 MiB ends at once, and says so', async ({ field, input, size }) => {
    const staged = await stage(['Done.']);
    const runId = await start(staged, input);
    const error = await failureOf(staged.client.getRun(runId).result());
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toEqual(tooLarge(field, size));
    expect(error.runId).toBe(runId);
    await expectCleanEnd(staged, { runId });
    expect(staged.model.requests).toEqual([]);
  });
});

describe("a tool's result", () => {
  /** Around the content that a result records. */
  const ENVELOPE = JSON.stringify({ id: '123456789012', content: '' }).length;

  it('may be as large as the limit', async () => {
    const { tool } = countedTool(() => letters(LIMIT - ENVELOPE));
    const staged = await stage(CALLS_WORK, { tools: [tool] });
    const result = await staged.client.run(staged.agent, 'Work.');
    expect(result.output).toBe('Done.');
    expect(await result.allMessages()).toHaveLength(4);
    await expectCleanEnd(staged, result);
  });

  it.each([1, 2 * MIB])('that is %d bytes larger ends the run, and is not paid for twice', async (more) => {
    const { tool, runs } = countedTool(() => letters(LIMIT - ENVELOPE + more));
    const staged = await stage(CALLS_WORK, { tools: [tool] });
    const error = await failureOf(staged.client.run(staged.agent, 'Work.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toEqual(tooLarge("the result of tool 'work'", LIMIT + more));
    expect(error.usage).toMatchObject({ requests: 1, toolCalls: 0 });
    expect(error.messages.map(({ kind }) => kind)).toEqual(['request', 'response']);
    await expectCleanEnd(staged, error);
    expect([runs(), staged.model.requests.length]).toEqual([1, 1]);
  });

  it.each([
    { name: 'ModelRetry', refuse: () => new ModelRetry(letters(3 * MIB)) },
    { name: 'ToolFailed', refuse: () => new ToolFailed(letters(3 * MIB)) },
  ])('that is a $name with 3 MiB of text is one, too', async ({ refuse }) => {
    const { tool, runs } = countedTool(() => {
      throw refuse();
    });
    const staged = await stage(CALLS_WORK, { tools: [tool] });
    const error = await failureOf(staged.client.run(staged.agent, 'Work.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toMatchObject({ field: "the result of tool 'work'", limit: LIMIT });
    await expectCleanEnd(staged, error);
    expect([runs(), staged.model.requests.length]).toEqual([1, 1]);
  });

  it.each([
    { name: 'ModelRetry', refuse: () => new ModelRetry(letters(MIB)) },
    { name: 'ToolFailed', refuse: () => new ToolFailed(letters(MIB)) },
  ])('that is a $name with 1 MiB of text reaches the model whole', async ({ refuse }) => {
    const { tool } = countedTool(() => {
      throw refuse();
    });
    const staged = await stage(CALLS_WORK, { tools: [tool] });
    const result = await staged.client.run(staged.agent, 'Work.');
    const [part] = staged.model.requests[1]?.messages.at(-1)?.parts ?? [];
    expect(part).toMatchObject({ toolName: 'work', content: letters(MIB) });
    await expectCleanEnd(staged, result);
  });
});

describe('an error that a tool throws', () => {
  it.each<{ name: string; thrown: () => unknown }>([
    { name: 'an Error with a message of 1 MiB', thrown: () => new Error(letters(MIB)) },
    { name: 'an Error with a message of 3 MiB', thrown: () => new Error(letters(3 * MIB)) },
    { name: 'a text of 3 MiB', thrown: () => letters(3 * MIB) },
    { name: 'an object of 3 MiB', thrown: () => ({ text: letters(3 * MIB) }) },
    { name: 'an object without a prototype', thrown: () => Object.create(null) as unknown },
    {
      name: 'an Error with a name of 3 MiB',
      thrown: () => Object.assign(new Error('no'), { name: letters(3 * MIB) }),
    },
    { name: 'an Error with a cause of 3 MiB', thrown: () => new Error('no', { cause: letters(3 * MIB) }) },
  ])('is recorded in a few KB: $name', async ({ thrown }) => {
    const { tool, runs } = countedTool(() => {
      throw thrown();
    });
    const staged = await stage(CALLS_WORK, { tools: [{ ...tool, maximumAttempts: 1 }] });
    const error = await failureOf(staged.client.run(staged.agent, 'Work.'));
    expect(error).toBeInstanceOf(ToolExecutionError);
    expect(error.message).toMatch(/^Tool 'work' failed: /);
    expect(error.message.length).toBeLessThan(1_200);
    await expectCleanEnd(staged, error);
    expect(runs()).toBe(1);
  });
});

describe("a model's response", () => {
  it('that is larger than the limit ends the run, and is not paid for twice', async () => {
    const staged = await stage([letters(2 * MIB)]);
    const error = await failureOf(staged.client.run(staged.agent, 'Talk.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toMatchObject({ field: "the response of 'scripted'", limit: LIMIT });
    await expectCleanEnd(staged, error);
    expect(staged.model.requests).toHaveLength(1);
  });

  it('may be nearly as large as the limit, and be the result', async () => {
    const staged = await stage([letters(LIMIT - KIB)]);
    const result = await staged.client.run(staged.agent, 'Talk.');
    expect(result.output).toBe(letters(LIMIT - KIB));
    await expectCleanEnd(staged, result);
  });

  it('that breaks a limit is handed to the caller, and the failure stays small', async () => {
    const staged = await stage([{ text: letters(1.8 * MIB), usage: { outputTokens: 101 } }]);
    const error = await failureOf(
      staged.client.run(staged.agent, 'Talk.', { usageLimits: { outputTokensLimit: 100 } }),
    );
    expect(error).toBeInstanceOf(UsageLimitExceededError);
    expect(error).toMatchObject({
      limit: 'output_tokens_limit',
      discardedResponse: { parts: [{ kind: 'text', content: letters(1.8 * MIB) }] },
    });
    await expectCleanEnd(staged, error);
  });

  it('with a tool name of 1 MiB costs the run its budget, and neither history nor error a second copy', async () => {
    const invented = [{ tool: letters(MIB) }];
    const staged = await stage([invented, invented]);
    const error = await failureOf(staged.client.run(staged.agent, 'Call.'));
    expect(error).toBeInstanceOf(UnexpectedModelBehaviorError);
    expect(error.message.length).toBeLessThan(400);
    await expectCleanEnd(staged, error);
    expect(staged.model.requests).toHaveLength(2);
  });
});

describe('a structured output', () => {
  const answers = (args: string): ScriptEntry[] => [[{ tool: 'final_result', args }]];
  const repeated = z.object({ times: z.number() }).transform(({ times }) => letters(times));

  it('that a transform made as large as fits is the result', async () => {
    const staged = await stage(answers(`{"times":${LIMIT - KIB}}`), { output: repeated });
    const result = await staged.client.run(staged.agent, 'Repeat.');
    expect(result.output).toBe(letters(LIMIT - KIB));
    await expectCleanEnd(staged, result);
  });

  it('that a transform made larger than the limit ends the run', async () => {
    const staged = await stage(answers(`{"times":${3 * MIB}}`), { output: repeated });
    const error = await failureOf(staged.client.run(staged.agent, 'Repeat.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toEqual(tooLarge('the output', 3 * MIB + 2));
    await expectCleanEnd(staged, error);
    expect(staged.model.requests).toHaveLength(1);
  });

  it('that is written shorter than JSON writes it ends the run when it does not fit', async () => {
    const written = `{"response":[${Array.from({ length: 120_000 }, () => '1e20').join(',')}]}`; // 100000000000000000000
    const staged = await stage(answers(written), { output: z.array(z.number()) });
    const error = await failureOf(staged.client.run(staged.agent, 'Count.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toMatchObject({ field: 'the output', limit: LIMIT });
    await expectCleanEnd(staged, error);
    expect(staged.model.requests).toHaveLength(1);
  });
});

describe('parallel tool calls', () => {
  const measure = defineTool({
    name: 'measure',
    description: 'Measures a text.',
    input: z.object({ text: z.string() }),
    execute: ({ text }) => text.length,
  });
  const measured = (...lengths: readonly number[]): unknown[] =>
    lengths.map((content) => expect.objectContaining({ content }) as unknown);
  const measuring = (calls: number, length: number): ScriptEntry[] => [
    Array.from({ length: calls }, () => ({ tool: 'measure', args: { text: letters(length) } })),
    'Done.',
  ];

  describe.each([
    { worker: 'a worker that remembers the run', where: {} },
    { worker: 'a cold worker', where: COLD },
  ])('on $worker', ({ where }) => {
    it('get large arguments whole, by reference', async () => {
      const staged = await stage(measuring(3, 600 * KIB), { tools: [measure], ...where });
      const result = await staged.client.run(staged.agent, 'Measure.');
      const activities = await recordedActivities(staged.client, result.runId);
      const calls = activities.filter(({ type }) => type === 'measure');
      expect(calls.map(({ result: recorded }) => recorded)).toEqual(
        measured(600 * KIB, 600 * KIB, 600 * KIB),
      );
      for (const { input } of calls) expect(JSON.stringify(input).length).toBeLessThan(500);
      await expectCleanEnd(staged, result);
    });

    it('show arguments of 8 KiB in their input, and larger ones not', async () => {
      const inline = 8 * KIB - '{"text":""}'.length;
      const script = [...measuring(1, inline).slice(0, 1), ...measuring(1, inline + 1)];
      const staged = await stage(script, { tools: [measure], ...where });
      const result = await staged.client.run(staged.agent, 'Measure.');
      const activities = await recordedActivities(staged.client, result.runId);
      const calls = activities.filter(({ type }) => type === 'measure');
      expect(calls.map(({ result: recorded }) => recorded)).toEqual(measured(inline, inline + 1));
      expect(calls.map(({ input }) => typeof input[0])).toEqual(['object', 'string']);
    });

    it('may return 1.5 MiB each; the model is sent all of it', async () => {
      const { tool } = countedTool(() => letters(1.5 * MIB));
      const work = { tool: 'work' };
      const staged = await stage([[work, work, work], 'Done.'], { tools: [tool], ...where });
      const result = await staged.client.run(staged.agent, 'Work.');
      const parts = staged.model.requests[1]?.messages.at(-1)?.parts ?? [];
      expect(parts.map((part) => 'content' in part && String(part.content).length)).toEqual([
        1.5 * MIB,
        1.5 * MIB,
        1.5 * MIB,
      ]);
      await expectCleanEnd(staged, result);
    });

    it('can read a conversation of 3 MiB', async () => {
      const lengths: number[] = [];
      const { tool } = countedTool(() => letters(1.5 * MIB));
      const recall = defineTool({
        name: 'recall',
        description: 'Reads the conversation.',
        input: z.object({}),
        execute: async (_, { messages }) => {
          const read = await messages();
          lengths.push(JSON.stringify(read).length);
          return read.length;
        },
      });
      const script = [[{ tool: 'work' }, { tool: 'work' }], [{ tool: 'recall' }], 'Done.'];
      const staged = await stage(script, { tools: [tool, recall], ...where });
      const result = await staged.client.run(staged.agent, 'Work.');
      expect(lengths).toEqual([expect.any(Number)]);
      expect(lengths[0]).toBeGreaterThan(3 * MIB);
      const messages = await result.allMessages();
      expect(messages.at(-2)?.parts).toEqual([expect.objectContaining({ toolName: 'recall', content: 4 })]);
      await expectCleanEnd(staged, result);
    });
  });

  it('may be 256, with arguments of 7,000 bytes each', async () => {
    const staged = await stage(measuring(256, 7_000), { tools: [measure] });
    const result = await staged.client.run(staged.agent, 'Measure.');
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 256 });
    await expectCleanEnd(staged, result);
  });

  it('cannot be 256 with arguments of 8 KiB each: no response of 2 MiB can be recorded', async () => {
    const staged = await stage(measuring(256, 8 * KIB), { tools: [measure] });
    const error = await failureOf(staged.client.run(staged.agent, 'Measure.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toMatchObject({ field: "the response of 'scripted'", limit: LIMIT });
    await expectCleanEnd(staged, error);
    expect(staged.model.requests).toHaveLength(1);
  });

  it('cannot be 257', async () => {
    const staged = await stage(measuring(257, 1), { tools: [measure] });
    const error = await failureOf(staged.client.run(staged.agent, 'Measure.'));
    expect(error).toBeInstanceOf(UnexpectedModelBehaviorError);
    expect(error.message).toBe('The model made 257 tool calls in one response; at most 256 are carried out');
    await expectCleanEnd(staged, error);
    expect(staged.model.requests).toHaveLength(1);
  });

  it('may all be invalid: what the model is told about them fits, and so does the failure', async () => {
    const many = z.object(
      Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field_${index}`, z.number()])),
    );
    const strict = defineTool({
      name: 'strict',
      description: 'Is strict.',
      input: many,
      execute: () => null,
    });
    const invalid = Array.from({ length: 256 }, () => ({ tool: 'strict', args: {} }));
    const staged = await stage([invalid, invalid], { tools: [strict] });
    const error = await failureOf(staged.client.run(staged.agent, 'Be strict.'));
    expect(error).toBeInstanceOf(UnexpectedModelBehaviorError);
    expect(error.message).toBe("Tool 'strict' exceeded max retries count of 1");
    // The last retry prompts, half a megabyte, would fill the failure: the calls that they answer stay open.
    expect(error.messages.map(({ kind }) => kind)).toEqual(['request', 'response', 'request', 'response']);
    await expectCleanEnd(staged, error);
  });
});

describe('what a tool reports while it works', () => {
  it('ends the run when it is larger than the limit', async () => {
    let runs = 0;
    const tool = defineTool({
      name: 'work',
      description: 'Works.',
      input: z.object({}),
      execute: (_, { heartbeat }) => {
        runs += 1;
        heartbeat(letters(3 * MIB));
      },
    });
    const staged = await stage(CALLS_WORK, { tools: [tool] });
    const error = await failureOf(staged.client.run(staged.agent, 'Work.'));
    expect(error).toBeInstanceOf(PayloadTooLargeError);
    expect(error).toEqual(tooLarge("the heartbeat of tool 'work'", 3 * MIB + 2));
    await expectCleanEnd(staged, error);
    expect(runs).toBe(1);
  });
});

describe('what people read beside a run', () => {
  it('is cut to what the server takes: summary, prompt, name of a model', async () => {
    const model = { ...scriptedModel(['Done.'], { name: letters(2_000) }) };
    const staged = await stage([], { model });
    const result = await staged.client.run(staged.agent, letters(2_000), { summary: '😀'.repeat(2_000) });
    expect(result.output).toBe('Done.');
    await expectCleanEnd(staged, result);
  });
});
