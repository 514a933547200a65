// Needs a real Temporal server. Random input: each case ends in a documented error or result, within seconds.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import {
  AgentRunError,
  defineAgent,
  defineTool,
  type Model,
  type ModelMessage,
  type ModelResponse,
  RunTimedOutError,
  UserError,
} from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { troublesOf } from '../support/history';
import { type Served, serve } from '../support/serve';
import { strict } from '../support/valid-history';

/** Each property has this long, in milliseconds: then no more cases begin, and those that did come to their end. */
const TIME = 15_000;

const BOUNDS = { numRuns: 150 } as const;

function inTime<Args extends readonly unknown[]>(
  check: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  const end = Date.now() + TIME;
  return async (...args) => {
    if (Date.now() < end) await check(...args);
  };
}

/** A run that takes longer hangs. */
const PATIENCE = '20s';

/** What `fuzzed` is asked by name of the run, since a model only sees messages. */
const answers = new Map<string, unknown>();

/** Its first answer is whatever was laid ready, its second one says that it is done. */
const garbage: Model = {
  name: 'garbage',
  request: async (messages) => {
    const [first] = messages;
    const part = first?.kind === 'request' ? first.parts[0] : undefined;
    const key = part?.kind === 'user-prompt' ? String(part.content) : '';
    const answer = messages.some(({ kind }) => kind === 'response') ? done : answers.get(key);
    return answer as ModelResponse; // or nothing like it
  },
};

const done: ModelResponse = { kind: 'response', parts: [{ kind: 'text', content: 'Done.' }], usage: {} };

const work = defineTool({
  name: 'work',
  description: 'x',
  input: z.object({ count: z.number(), note: z.string().optional() }),
  maximumAttempts: 1,
  execute: (args) => args,
});

const obliging = functionModel(() => 'Fine.');

const yes = defineAgent({
  name: 'obliging',
  model: strict(obliging),
  tools: [work],
  modelMaximumAttempts: 1,
});

const AGENTS = [
  yes,
  defineAgent({ name: 'fuzzed', model: garbage, tools: [work], modelMaximumAttempts: 1 }),
  defineAgent({
    name: 'structured',
    model: garbage,
    tools: [work],
    output: z.object({ word: z.string() }),
    modelMaximumAttempts: 1,
  }),
];

let served: Served;

beforeAll(async () => {
  served = await serve(AGENTS);
});

afterAll(() => served.stop());

/** Fails unless a case ends as documented, and its workflow never got stuck. */
async function expectDocumentedEnd(runId: string, running: Promise<unknown>): Promise<'result' | 'error'> {
  const end = await running.then(
    () => 'result' as const,
    (error: unknown) => error,
  );
  if (end !== 'result' && !(end instanceof UserError) && !(end instanceof AgentRunError)) throw end;
  if (end instanceof RunTimedOutError) throw end;
  const status = await served.client
    .getRun(runId)
    .status()
    .catch(() => 'never started');
  expect(status).toMatch(/^(completed|failed|never started)$/);
  if (status !== 'never started') expect(await troublesOf(served.client, runId)).toEqual([]);
  return end === 'result' ? 'result' : 'error';
}

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 2 }),
  fc.constantFrom<unknown>(
    () => 1,
    Symbol('x'),
    new Date(Number.NaN),
    Number.NaN,
    -1,
    1e300,
    '\ud800',
    '\u0000',
  ),
);

const sane: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  model: fc.constantFrom('obliging', 'openai:', 'nobody:knows'),
  modelSettings: fc.record({ temperature: fc.double(), maxTokens: fc.integer() }, { requiredKeys: [] }),
  usageLimits: fc.record(
    {
      requestLimit: fc.option(fc.integer({ min: -1, max: 3 })),
      costLimit: fc.double(),
      totalTokensLimit: fc.double(),
    },
    { requiredKeys: [] },
  ),
  usage: fc.record(
    { requests: fc.double(), inputTokens: fc.maxSafeNat(), details: fc.dictionary(fc.string(), fc.double()) },
    { requiredKeys: [] },
  ),
  messageHistory: fc.array(
    fc.record({ kind: fc.constantFrom('request', 'response'), parts: fc.constant([]) }),
  ),
  continueFrom: fc.string(),
  conversationId: fc.string(),
  outputType: fc.string(),
  retries: fc.record({ output: fc.integer(), tools: fc.nat() }, { requiredKeys: [] }),
  metadata: fc.dictionary(fc.string(), fc.jsonValue()),
  instructions: fc.string(),
  deps: fc.jsonValue(),
  summary: fc.oneof(fc.string(), fc.constant(false)),
  deadline: fc.date(),
};

/** Few of the options, each of a value that may fit, or of any other. */
const options = fc
  .subarray(Object.keys(sane), { maxLength: 3 })
  .chain((keys) =>
    fc.record(
      Object.fromEntries(
        keys.map((key) => [
          key,
          fc.oneof({ weight: 3, arbitrary: sane[key] ?? anything }, { weight: 1, arbitrary: anything }),
        ]),
      ),
    ),
  );

const prompt = fc.oneof(fc.string(), fc.constant(undefined), anything);

it('options of every kind', async () => {
  const ends: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      prompt,
      options,
      inTime(async (asked, given) => {
        const runId = `fuzz-${randomUUID()}`;
        const all = { ...given, runId, timeout: PATIENCE };
        const deadline = 'deadline' in given && isSoon(given.deadline) ? { deadline: undefined } : {};
        const running = served.client.run(yes, asked as never, { ...all, ...deadline } as never);
        ends.push(await expectDocumentedEnd(runId, running));
      }),
    ),
    {
      ...BOUNDS,
      examples: [
        ['hi', {}],
        ['hi', { retries: -1 }],
      ],
    }, // one of each, however slow the machine is
  );
  expect(new Set(ends)).toEqual(new Set(['result', 'error']));
});

/** It would end a run in the midst of it, as it should. */
function isSoon(deadline: unknown): boolean {
  return deadline instanceof Date && Math.abs(deadline.getTime() - Date.now()) < 60_000;
}

it('anything at all, given to the workflow by others', async () => {
  const json = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries([...Object.entries(sane), ['prompt', fc.jsonValue()]]), {
      requiredKeys: [],
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(json, { maxLength: 2 }),
      inTime(async (args) => {
        const { client, taskQueue } = served;
        const workflowId = `fuzz-${randomUUID()}`;
        await client.temporal.workflow.start('obliging', { taskQueue, workflowId, args });
        await expectDocumentedEnd(workflowId, client.getRun(workflowId).result({ timeout: PATIENCE }));
      }),
    ),
    BOUNDS,
  );
});

const id = fc.constantFrom('a', 'b', 'c', '');
const name = fc.constantFrom('work', 'gone', 'final_result', 'constructor', '__proto__');

const requestPart = fc.oneof(
  fc.record({ kind: fc.constant('user-prompt'), content: fc.string() }),
  fc.record({ kind: fc.constant('system-prompt'), content: fc.string() }),
  fc.record({
    kind: fc.constant('tool-return'),
    toolName: name,
    toolCallId: id,
    content: fc.jsonValue(),
    outcome: fc.constantFrom('success', 'failed', 'denied', 'interrupted'),
  }),
  fc.record(
    { kind: fc.constant('retry-prompt'), content: fc.string(), toolName: name, toolCallId: id },
    { requiredKeys: ['kind', 'content'] },
  ),
);

const toolCall = fc.record({
  kind: fc.constant('tool-call'),
  toolName: name,
  toolCallId: id,
  args: fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('{"count":1}', '', '{', '{"word":"yes"}'),
    fc.dictionary(fc.string(), fc.jsonValue()),
  ),
});

const responsePart = fc.oneof(
  toolCall,
  fc.record({ kind: fc.constant('text'), content: fc.string() }),
  fc.record({ kind: fc.constant('thinking'), content: fc.string() }),
);

const message = fc.oneof(
  fc.record({ kind: fc.constant('request'), parts: fc.array(requestPart, { maxLength: 4 }) }),
  fc.record(
    {
      kind: fc.constant('response'),
      parts: fc.array(responsePart, { maxLength: 4 }),
      usage: fc.constant({}),
      state: fc.constant('interrupted'),
      finishReason: fc.constantFrom('stop', 'length', 'content_filter', 'tool_call'),
    },
    { requiredKeys: ['kind', 'parts', 'usage'] },
  ),
);

it('histories that fit the schema and make no sense: what is sent is a valid one all the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 6 }),
      fc.boolean(),
      inTime(async (history, prompted) => {
        const messageHistory = history as ModelMessage[]; // by the schema
        const runId = `fuzz-${randomUUID()}`;
        const asked = prompted ? 'Well?' : undefined;
        const running = served.client.run('obliging', asked, { runId, messageHistory, timeout: PATIENCE });
        const end = running.then(async (result) => {
          const all = await result.allMessages();
          expect(all.slice(0, history.length)).toEqual(JSON.parse(JSON.stringify(history)));
        });
        await expectDocumentedEnd(runId, end);
        const error: unknown = await running.catch((thrown: unknown) => thrown);
        expect(error instanceof Error ? error.message : '').not.toContain('Invalid request');
      }),
    ),
    BOUNDS,
  );
});

it.each(['fuzzed', 'structured'])('calls and arguments of every kind, by the model of %s', async (agent) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(responsePart, { maxLength: 4 }),
      inTime(async (parts) => {
        const runId = `fuzz-${randomUUID()}`;
        answers.set(runId, { kind: 'response', parts, usage: {} });
        const running = served.client.run(agent, runId, { runId, timeout: PATIENCE });
        await expectDocumentedEnd(runId, running);
        await expectKept(runId, parts);
      }),
    ),
    BOUNDS,
  );
});

/** The answer is among the messages as the model gave it, but for ids that were not unique. */
async function expectKept(runId: string, parts: readonly object[]): Promise<void> {
  const messages = await served.client.getRun(runId).messages();
  const [, response] = messages;
  const kept = response?.parts.map((part) => ({ ...part, toolCallId: undefined }));
  const given = JSON.parse(JSON.stringify(parts)) as object[];
  expect(kept).toEqual(given.map((part) => ({ ...part, toolCallId: undefined })));
}

const almost = fc.record(
  {
    kind: fc.oneof(fc.constant('response'), anything),
    parts: fc.oneof(fc.array(fc.oneof(responsePart, anything), { maxLength: 3 }), anything),
    usage: fc.oneof(
      fc.constant({}),
      fc.record(
        { inputTokens: anything, outputTokens: fc.double(), details: anything },
        { requiredKeys: [] },
      ),
      anything,
    ),
    finishReason: fc.oneof(fc.constantFrom('stop', 'length', 'content_filter'), anything),
    providerDetails: anything,
    modelName: fc.oneof(fc.string(), anything),
    timestamp: anything,
  },
  { requiredKeys: [] },
);

it('answers that are none, or almost one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(anything, almost),
      inTime(async (answer) => {
        const runId = `fuzz-${randomUUID()}`;
        answers.set(runId, answer);
        const running = served.client.run('fuzzed', runId, { runId, timeout: PATIENCE });
        await expectDocumentedEnd(runId, running);
        const usage = await served.client.getRun(runId).usage();
        expect(
          Object.values(usage).every((value) => typeof value === 'object' || Number.isFinite(value)),
        ).toBe(true);
      }),
    ),
    BOUNDS,
  );
});
