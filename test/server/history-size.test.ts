// Needs a real Temporal server.
import { defineAgent, defineTool, NO_USAGE } from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { chainOf, NEVER, type WorkflowRun } from '../support/chain';
import { historyEvents, type HistorySize, historySize } from '../support/history';
import { recordedActivities } from '../support/recorded-activities';
import { serve, type Served } from '../support/serve';

const RESULT = 'x'.repeat(5 * 1024);

const readPage = defineTool({
  name: 'read_page',
  description: 'Reads a page.',
  input: z.object({ page: z.number() }),
  execute: () => RESULT,
});

/** Calls the tool as often as the prompt says, once in each step. */
const reader = defineAgent({
  name: 'reader',
  model: functionModel(([prompt, ...answers]) => {
    const pages =
      prompt?.kind === 'request' && prompt.parts[0]?.kind === 'user-prompt' ? prompt.parts[0].content : 0;
    const page = answers.length / 2;
    return page < Number(pages) ? [{ tool: 'read_page', args: { page } }] : 'All read.';
  }),
  tools: [readPage],
  usageLimits: { requestLimit: null },
  rollOver: NEVER,
});

let served: Served;

beforeAll(async () => {
  served = await serve([reader]);
});

afterAll(() => served.stop());

async function read(pages: number): Promise<{ runId: string; size: HistorySize }> {
  const { runId, output, usage } = await served.client.run(reader, String(pages));
  expect(output).toBe('All read.');
  expect(usage).toMatchObject({ requests: pages + 1, toolCalls: pages });
  return { runId, size: await historySize(served.client, runId) };
}

describe('the history of a run with results of 5 KB', () => {
  it('is at most 1.55 MB after 200 calls, with 12 events for each', async () => {
    const { size } = await read(200);
    process.stderr.write(`200 calls with results of 5 KB: ${size.bytes} bytes, ${size.events} events\n`);
    expect(size.bytes).toBeLessThanOrEqual(1_550_000);
    // Before the first step: start, workflow task; after the last one: the answer and the end.
    expect(size.events).toBe(200 * 12 + 12);
  });

  it('grows by the same number of bytes with each call, from the 10th to the 400th, also when another workflow run goes on', async () => {
    const { runId } = await read(400);
    const chain = await chainOf(served.client, runId);
    expect(chain).toHaveLength(2); // Temporal suggests it from 4,096 events on
    const growths = chain.flatMap(growthsOfCalls).slice(10);
    expect(growths.length).toBeGreaterThan(385);
    process.stderr.write(`bytes for each call: ${Math.min(...growths)} to ${Math.max(...growths)}\n`);
    expect(Math.max(...growths) / Math.min(...growths)).toBeLessThan(1.05);
  });
});

/** Bytes that a workflow run writes for each call: between one workflow task, and the second after it. */
function growthsOfCalls({ events }: WorkflowRun): number[] {
  const first = events.findIndex(
    ({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled && scheduled.activityType?.name !== 'transcript.load',
  );
  const sizes = events
    .slice(first)
    .flatMap(({ workflowTaskStartedEventAttributes: task }) => (task ? [Number(task.historySizeBytes)] : []));
  return sizes.flatMap((size, index) => {
    const next = sizes[index + 2];
    return index % 2 === 0 && next !== undefined ? [next - size] : [];
  });
}

describe('a step with one tool call', () => {
  const EVENTS_OF_AN_ACTIVITY = ['Scheduled', 'Started', 'Completed'];

  it('is two activities and the workflow tasks between them', async () => {
    const { runId } = await read(5);
    const activities = await recordedActivities(served.client, runId);
    expect(activities.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 5 }, () => ['model.request', 'read_page']).flat(),
      'model.request',
    ]);
    const events = await historyEvents(served.client, runId);
    const first = events.findIndex((event) => event.activityTaskScheduledEventAttributes);
    const step = events.slice(first, first + 12).map((event) => Object.keys(event).find(isAttributes));
    const activity = EVENTS_OF_AN_ACTIVITY.map((end) => `activityTask${end}EventAttributes`);
    const task = EVENTS_OF_AN_ACTIVITY.map((end) => `workflowTask${end}EventAttributes`);
    expect(step).toEqual([...activity, ...task, ...activity, ...task]);
  });

  it('records nothing twice and nothing that is zero', async () => {
    const { runId } = await read(2);
    const [, call, request] = await recordedActivities(served.client, runId);
    const id = expect.stringMatching(/^[\w-]{12}$/);
    const version = expect.stringMatching(/^\w{8,14}$/);
    expect(call).toEqual({
      type: 'read_page',
      attempt: 1,
      input: [
        { page: 0 },
        {
          toolCallId: 'call_1_1',
          step: 1,
          usage: { requests: 1, inputTokens: 10, outputTokens: 5 },
          transcript: { length: 2, version },
        },
      ],
      result: { id, content: RESULT },
    });
    expect(request).toEqual({
      type: 'model.request',
      attempt: 1,
      input: [
        {
          transcript: {
            base: { length: 1, version },
            append: [{ response: id }, { request: [{ result: id }] }],
          },
        },
      ],
      result: {
        id,
        response: {
          kind: 'response',
          parts: [{ kind: 'tool-call', toolName: 'read_page', args: '{"page":1}', toolCallId: 'call_3_1' }],
          usage: { inputTokens: 10, outputTokens: 5 },
          modelName: 'function',
          finishReason: 'tool_call',
        },
      },
    });
  });

  it('names the code that ran in a few bytes, since it stands in six events', async () => {
    const { runId } = await read(1);
    const events = await historyEvents(served.client, runId);
    const started = events.find((event) => event.activityTaskStartedEventAttributes);
    expect(started?.activityTaskStartedEventAttributes?.workerVersion?.buildId).toMatch(
      /^perdure@\d+\.\d+\.\d+$/,
    );
  });

  it('gives the tool the whole usage all the same', async () => {
    const seen: unknown[] = [];
    const look = defineTool({
      name: 'look',
      description: 'Looks at the usage.',
      input: z.object({}),
      execute: (_, { usage }) => void seen.push(usage),
    });
    const model = functionModel((messages) =>
      messages.length < 3
        ? { calls: [{ tool: 'look' }], usage: { inputTokens: 7, details: { images: 2 } } }
        : 'Seen.',
    );
    const { client, stop } = await serve([defineAgent({ name: 'looker', model, tools: [look] })]);
    await client.run('looker', 'Look.', { usage: { outputTokens: 3 } });
    expect(seen).toEqual([
      { ...NO_USAGE, requests: 1, inputTokens: 7, outputTokens: 3, totalTokens: 10, details: { images: 2 } },
    ]);
    await stop();
  });
});

function isAttributes(key: string): boolean {
  return key.endsWith('EventAttributes');
}
