// Needs a real Temporal server. State that a newer version of this package handed on, and that this one cannot read.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, defineAgent, defineTool } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import type { CreateWorkerOptions } from 'perdure/worker';
import { z } from 'zod';
import { lastPromptOf } from '../support/conversations';
import { historyEvents } from '../support/history';
import { serve } from '../support/serve';
import { until } from '../support/until';

const NEWER: Partial<CreateWorkerOptions> = {
  temporal: { workflowsPath: require.resolve('../support/newer-workflows') },
};

const COMPLAINT = /was handed on by a newer version of perdure \(form 2\); this worker reads forms up to 1$/;

/** What this version hands on, in the form that comes next. */
function newerState(name: string): readonly [object, object] {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const file = join(__dirname, '..', 'replay', 'carried', version, `${name}.json`);
  const sample = JSON.parse(readFileSync(file, 'utf8')) as { input: object; carried: { format: number } };
  return [sample.input, { ...sample.carried, format: sample.carried.format + 1 }];
}

const walk = defineTool({
  name: 'walk',
  description: 'Takes a step.',
  input: z.object({ step: z.number(), scenery: z.number() }),
  execute: ({ step }) => `at ${step}`,
});

function walker(name: string): Agent {
  const model = functionModel((messages) => {
    const done = messages.flatMap(({ parts }) => parts.filter((part) => part.kind === 'tool-return')).length;
    return lastPromptOf(messages) === 'walk 6' && done < 6
      ? [{ tool: 'walk', args: { step: done + 1, scenery: 0 } }]
      : `${lastPromptOf(messages)}: done`;
  });
  return defineAgent({ name, model, tools: [walk] });
}

let client: AgentClient;
let id = '';

beforeEach(async () => {
  id = `newer-${randomUUID()}`;
  client = await AgentClient.connect({ taskQueue: id });
});

afterEach(() => client.close());

/** Begins what was handed on, and waits until a worker of today has given it up. */
async function refuse(name: string, agent: Agent): Promise<void> {
  const worker = await serve([agent], { taskQueue: id });
  await client.temporal.workflow.start(agent.name, {
    taskQueue: id,
    workflowId: id,
    args: [...newerState(name)],
  });
  const failure = await until(async () => {
    const failed = (await historyEvents(client, id)).map((event) => event.workflowTaskFailedEventAttributes);
    return failed.find((each) => each)?.failure?.message ?? undefined;
  });
  expect(failure).toMatch(COMPLAINT);
  expect(await client.getRun(id).status()).toBe('running');
  await worker.stop();
}

it.each(['handed-on-calling', 'handed-on-requesting'])(
  'does not fail a run: it waits for a worker that reads it: %s',
  async (name) => {
    const agent = walker('walker');
    await refuse(name, agent);
    const newer = await serve([agent], { taskQueue: id, ...NEWER });
    const outcome = (await client.temporal.workflow.getHandle(id).result()) as object; // of a run
    expect(outcome).toMatchObject({ output: 'walk 6: done', usage: { requests: 7, toolCalls: 6 } });
    await newer.stop();
  },
);

it('does not end a conversation: what is sent waits for a worker that reads it', async () => {
  const agent = walker('talker');
  await refuse('conversation-between-turns', agent);
  const older = await serve([agent], { taskQueue: id });
  const chat = client.conversation('talker', id);
  const waiting = chat.send('hello', { timeout: '60s' });
  expect(await chat.status()).toBe('idle');
  await older.stop();
  const newer = await serve([agent], { taskQueue: id, ...NEWER });
  const { output, conversationUsage } = await waiting;
  expect(output).toBe('hello: done');
  expect(conversationUsage.requests).toBeGreaterThan(2);
  await newer.stop();
});
