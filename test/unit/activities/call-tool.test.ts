import { z } from 'zod';
import { callToolActivity } from '../../../src/activities/call-tool';
import { defineAgent } from '../../../src/common/agent';
import { ModelRetry, ToolFailed } from '../../../src/common/errors';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import { defineTool, type ToolContext } from '../../../src/common/tool';
import { ToolReturn } from '../../../src/common/tool-return';
import type { RunRequest, ToolCallContext, ToolCallResult } from '../../../src/common/wire';
import { inRunOf, RUN_KEY, servicesFor } from '../../support/in-run';

const CALL: ToolCallContext = {
  toolCallId: 'c',
  step: 2,
  usage: { requests: 2 },
  transcript: EMPTY_TRANSCRIPT,
};

type Execute = (args: object, context: ToolContext<{ tenant: string }>) => unknown;

function callTool(
  execute: Execute,
  {
    call = CALL,
    request = {},
    isLocal = false,
  }: { call?: ToolCallContext; request?: RunRequest; isLocal?: boolean } = {},
): Promise<ToolCallResult> {
  const deps = z.object({ tenant: z.string() });
  const tool = defineTool({ name: 't', description: 'Does.', input: z.object({}), deps, execute });
  const agent = defineAgent({
    name: 'a',
    model: 'openai:any',
    deps,
    tools: [tool],
    usageLimits: { requestLimit: 9 },
  });
  const services = servicesFor([agent]);
  const asked = { prompt: 'hi', deps: { tenant: 'b' }, ...request };
  services.cache.keepRequest(RUN_KEY, { request: asked }, 1);
  return inRunOf(agent, () => callToolActivity(services)({}, call), { activityType: 't', isLocal });
}

describe('what a tool returns', () => {
  it.each<[string, Execute, object]>([
    ['JSON', () => ({ a: [1] }), { content: { a: [1] } }],
    ['nothing', () => undefined, { content: null }],
    ['a promise', () => Promise.resolve('x'), { content: 'x' }],
    ['a date', () => new Date(0), { content: '1970-01-01T00:00:00.000Z' }],
    ['ToolReturn', () => new ToolReturn({ value: 1 }), { content: 1 }],
    [
      'ToolReturn with content and metadata',
      () => new ToolReturn({ value: 1, content: 'look', metadata: { rows: 3 } }),
      { content: 1, userContent: 'look', metadata: { rows: 3 } },
    ],
    [
      'ToolReturn with an image, and nothing to say besides',
      () =>
        new ToolReturn({
          value: undefined,
          content: [{ kind: 'image-url', url: 'https://example.com/a.png' }],
        }),
      { content: null, userContent: [{ kind: 'image-url', url: 'https://example.com/a.png' }] },
    ],
    [
      'ToolReturn with metadata that is null',
      () => new ToolReturn({ value: 1, metadata: null }),
      { content: 1, metadata: null },
    ],
    [
      'something that only looks like one',
      () => ({ value: 1, content: 'look' }),
      { content: { value: 1, content: 'look' } },
    ],
  ])('is recorded: %s', async (_, execute, recorded) => {
    expect(await callTool(execute)).toEqual({ id: expect.any(String) as unknown, ...recorded });
  });

  it.each<[string, Execute, string]>([
    ['a Map', () => new Map(), "the result of tool 't' is a Map, which is not JSON"],
    ['NaN in ToolReturn', () => new ToolReturn({ value: Number.NaN }), "the result of tool 't' is NaN"],
    [
      'content that is none',
      () => new ToolReturn({ value: 1, content: 3 as never }),
      "the result of tool 't': content",
    ],
    [
      'metadata that is no JSON',
      () => new ToolReturn({ value: 1, metadata: new Map() as never }),
      "the result of tool 't': metadata is a Map",
    ],
  ])(
    'ends the run when it cannot be recorded, since another attempt would not help: %s',
    async (_, execute, message) => {
      await expect(callTool(execute)).rejects.toMatchObject({
        nonRetryable: true,
        message: expect.stringContaining(message) as unknown,
      });
    },
  );

  it('says which call it answers where the input is not recorded', async () => {
    expect(await callTool(() => 1, { isLocal: true })).toMatchObject({ content: 1, toolCallId: 'c' });
    expect(await callTool(() => 1)).not.toHaveProperty('toolCallId');
  });
});

describe('what a tool throws', () => {
  const throwing =
    (error: unknown): Execute =>
    () => {
      throw error;
    };

  it('is a value where the model is to read it', async () => {
    expect(await callTool(throwing(new ModelRetry('more')))).toMatchObject({ retry: 'more' });
    expect(await callTool(throwing(new ToolFailed('no')))).toMatchObject({ failed: 'no' });
  });

  it('is a failure of infrastructure otherwise, as it is', async () => {
    const error = new TypeError('no such thing');
    await expect(callTool(throwing(error))).rejects.toBe(error);
  });
});

it('tells a tool about the run and the call', async () => {
  const contexts: ToolContext<{ tenant: string }>[] = [];
  const call = { ...CALL, retry: 1 };
  const request = { conversationId: 'talk', usageLimits: { toolCallsLimit: 3 }, retries: { tools: 1 } };
  await callTool((_, context) => contexts.push(context), { call, request });
  expect(contexts).toMatchObject([
    {
      deps: { tenant: 'b' },
      runId: 'run-1',
      conversationId: 'talk',
      toolCallId: 'c',
      toolName: 't',
      runStep: 2,
      retry: 1,
      maxRetries: 1,
      lastAttempt: true,
      usage: { requests: 2 },
      usageLimits: { requestLimit: 9, toolCallsLimit: 3 },
      idempotencyKey: 'run-1/2/c',
    },
  ]);
});
