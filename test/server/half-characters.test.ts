// Needs a real Temporal server. Halves of surrogate pairs, as a text has that was cut to a length: they are no UTF-8, and
// an activity or a workflow that fails with one ends its worker, and the next one that takes it.
import { randomUUID } from 'node:crypto';
import {
  AgentRunError,
  defineAgent,
  defineTool,
  ModelRequestError,
  ModelRetry,
  RunCancelledError,
  type ToolContext,
  ToolFailed,
  UserError,
} from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { troublesOf } from '../support/history';
import { timeline } from '../support/operator-page';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';

const HALF = '😀'.slice(0, 1);

const tool = (name: string, execute: (args: object, context: ToolContext) => unknown, local = false) =>
  defineTool({ name, description: HALF, input: z.looseObject({}), maximumAttempts: 1, local, execute });

function raise(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const TOOLS = [
  tool('returns', () => ({ note: HALF, [HALF]: 1 })),
  tool('throws', raise(new Error(HALF))),
  tool('throws_at_once', raise(new Error(HALF)), true),
  tool('throws_a_text', raise(HALF)),
  tool('throws_by_name', raise(Object.assign(new Error('x'), { name: HALF }))),
  tool('throws_from', raise(Object.assign(new Error('x'), { stack: `Error: x\n    at ${HALF} (a.ts:1)` }))),
  tool('asks_again', raise(new ModelRetry(HALF))),
  tool('gives_up', raise(new ToolFailed(HALF))),
];

const waits = tool(
  'waits',
  (_, { signal }) => new Promise((_done, fail) => signal.addEventListener('abort', fail)),
);

const invalid = z.string().refine(() => false, { error: HALF });

const caller = functionModel((messages, { instructions }) => {
  if (messages.length > 1) return HALF;
  const args = { note: HALF, [HALF]: HALF };
  return instructions === undefined ? HALF : [{ tool: instructions, args }];
});

const failing = functionModel(
  raise(new ModelRequestError(HALF, { model: HALF, code: HALF, retryable: false })),
);

const AGENTS = [
  defineAgent({ name: 'caller', model: caller, tools: [...TOOLS, waits] }),
  defineAgent({ name: 'failing', model: failing }),
  defineAgent({ name: 'broken', model: functionModel(raise(new Error(HALF))), modelMaximumAttempts: 1 }),
  defineAgent({ name: 'suspicious', model: caller, deps: invalid }),
  defineAgent({ name: 'hooked', model: caller, instructions: raise(new Error(HALF)) }),
  defineAgent({ name: 'demanding', model: caller, output: invalid }),
];

let served: Served;

beforeAll(async () => {
  served = await serve(AGENTS);
});

afterAll(() => served.stop());

it.each<[agent: string, options: object, end: string]>([
  ...TOOLS.map(({ name }): [string, object, string] => [
    'caller',
    { instructions: name },
    name.startsWith('throws') ? 'ToolExecutionError' : 'a result',
  ]),
  ['caller', { instructions: HALF }, 'a result'], // a tool that is none
  ['caller', { metadata: { [HALF]: HALF }, summary: HALF, usage: { details: { [HALF]: 1 } } }, 'a result'],
  ['caller', { model: HALF }, 'UserError'],
  ['caller', { outputType: HALF }, 'UserError'],
  ['failing', {}, 'ModelRequestError'],
  ['broken', {}, 'ModelRequestError'],
  ['suspicious', { deps: HALF }, 'UserError'],
  ['hooked', {}, 'HookExecutionError'],
  ['demanding', {}, 'UnexpectedModelBehaviorError'],
])('end no worker (bug: an error with one ended it): %s %j', async (agent, options, expected) => {
  const { client } = served;
  const runId = `half-${randomUUID()}`;
  const running = client.run(agent, HALF, { runId, timeout: '15s', ...options });
  const end = await running.then(
    () => 'a result',
    (error: unknown) => error,
  );
  const documented = end instanceof AgentRunError || end instanceof UserError;
  expect(documented ? end.name : end).toBe(expected);
  expect(documented ? end.message.isWellFormed() : true).toBe(true);
  expect(await troublesOf(client, runId)).toEqual([]);
  expect((await client.getRun(runId).messages()).length).toBeGreaterThan(0);
});

it.each(['run', 'turn'])('of the reason for which a %s was cancelled are told as U+FFFD', async (what) => {
  const { client } = served;
  const id = `half-${randomUUID()}`;
  const jammed =
    what === 'run'
      ? await client.start('caller', 'hi', { runId: id, instructions: 'waits' })
      : await client.conversation('caller', id).sendAsync('hi', { instructions: 'waits' });
  await until(async () => (await timeline(client, id)).find(({ type }) => type === 'waits'));
  await jammed.cancel(HALF);
  const end = jammed.result({ timeout: '15s' });
  await expect(end).rejects.toThrow(RunCancelledError);
  await expect(end).rejects.toThrow('was cancelled: \ufffd');
});
