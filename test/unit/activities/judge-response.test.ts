import { z } from 'zod';
import { judgeResponse } from '../../../src/activities/judge-response';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { HookExecutionError, PayloadTooLargeError } from '../../../src/common/errors';
import type { JsonObject, JsonValue } from '../../../src/common/json';
import type { ModelResponse, ResponsePart } from '../../../src/common/messages';
import { MAX_PAYLOAD_BYTES } from '../../../src/common/size-limits';
import { defineTool } from '../../../src/common/tool';
import { toOutput } from '../../../src/workflows/loop/output';
import { measureOf } from '../../support/measure';

const add = defineTool({
  name: 'add',
  description: 'Adds.',
  input: z.object({ left: z.number(), right: z.number().default(0) }),
  execute: () => null,
});

const agentFor = (output?: z.ZodType): Agent =>
  defineAgent({
    name: 'judged',
    model: 'openai:any',
    tools: [add],
    ...(output && { output }),
  });

const call = (toolName: string, args: string | JsonObject): ResponsePart => ({
  kind: 'tool-call',
  toolName,
  args,
  toolCallId: toolName,
});

const text = (content: string): ResponsePart => ({ kind: 'text', content });

const judge = async (agent: Agent, ...parts: readonly ResponsePart[]) =>
  judgeResponse(await measureOf(agent), { kind: 'response', parts, usage: {} } satisfies ModelResponse);

describe('what is said about tool calls', () => {
  it('is nothing when all are valid', async () => {
    expect(await judge(agentFor(), call('add', '{"left":1}'), call('add', { left: 1, right: 2 }))).toEqual(
      {},
    );
  });

  it('is, call by call, what is wrong with it', async () => {
    const calls = [
      call('add', '{"left":1}'),
      call('add', '{"left":"1"}'),
      call('add', '{"left":1,"sum":1}'),
      call('add', '{"left":'),
      call('sub', '{}'),
    ];
    expect(await judge(agentFor(z.object({})), ...calls)).toEqual({
      calls: [
        null,
        { invalid: [{ path: 'left', message: expect.stringContaining('expected number') as unknown }] },
        { invalid: [{ path: '', message: expect.stringContaining('"sum"') as unknown }] },
        { invalid: [{ path: '', message: 'Invalid JSON' }] },
        { unknownTool: "Unknown tool name: 'sub'. Available tools: 'add', 'final_result'" },
      ],
    });
  });

  it('cuts an invented name', async () => {
    const { calls } = await judge(agentFor(), call('x'.repeat(1_000), '{}'));
    expect(JSON.stringify(calls).length).toBeLessThan(300);
  });

  it('says when there is no tool at all', async () => {
    const agent = defineAgent({ name: 'bare', model: 'openai:any' });
    expect(await judge(agent, call('add', '{}'))).toEqual({
      calls: [{ unknownTool: "Unknown tool name: 'add'. No tools available." }],
    });
  });

  it('finds the output tool only where there is an output', async () => {
    expect(await judge(agentFor(), call('final_result', '{}'))).toMatchObject({
      calls: [{ unknownTool: "Unknown tool name: 'final_result'. Available tools: 'add'" }],
    });
  });

  it('leaves a text beside the calls alone', async () => {
    expect(await judge(agentFor(), text('Adding.'), call('add', '{"left":1}'))).toEqual({});
  });
});

describe('what is said about a text', () => {
  it('is that it is the answer of a text agent, white space included', async () => {
    expect(await judge(agentFor(), text('Hi.'))).toEqual({ text: { as: 'text' } });
    expect(await judge(agentFor(), text(' '))).toEqual({ text: { as: 'text' } });
  });

  it('is nothing when there is none', async () => {
    expect(await judge(agentFor())).toEqual({});
    expect(await judge(agentFor(), text(''))).toEqual({});
  });

  it('of an agent with a structured output is something only when it is the JSON asked for', async () => {
    const agent = agentFor(z.object({ sum: z.number() }));
    expect(await judge(agent, text('{"sum":'), text('3}'))).toEqual({ text: { as: 'json' } });
    expect(await judge(agent, text('{"sum":"3"}'))).toEqual({});
    expect(await judge(agent, text('Three.'))).toEqual({});
  });
});

describe('a final answer', () => {
  const verdictOf = async (output: z.ZodType, args: string | JsonObject): Promise<unknown> => {
    const { calls } = await judge(agentFor(output), call('final_result', args));
    return calls?.[0];
  };

  it.each<{
    name: string;
    output: z.ZodType;
    args: string | JsonObject;
    verdict: JsonObject;
    value: JsonValue;
  }>([
    {
      name: 'an object',
      output: z.object({ a: z.number() }),
      args: '{"a": 1}',
      verdict: { as: 'json' },
      value: { a: 1 },
    },
    {
      name: 'one that is parsed',
      output: z.object({ a: z.number() }),
      args: { a: 1 },
      verdict: { as: 'json' },
      value: { a: 1 },
    },
    { name: 'nothing at all', output: z.object({}), args: '', verdict: { as: 'json' }, value: {} },
    {
      name: 'a list',
      output: z.array(z.number()),
      args: '{"response":[1]}',
      verdict: { as: 'wrapped' },
      value: [1],
    },
    { name: 'null', output: z.null(), args: '{"response":null}', verdict: { as: 'wrapped' }, value: null },
    {
      name: 'one that a default completes',
      output: z.object({ a: z.number().default(1) }),
      args: '{}',
      verdict: { value: { a: 1 } },
      value: { a: 1 },
    },
    {
      name: 'one that a transform changes',
      output: z.string().transform((said) => said.length),
      args: '{"response":"four"}',
      verdict: { value: 4 },
      value: 4,
    },
    {
      name: 'one that an asynchronous transform changes',
      output: z.string().transform((said) => Promise.resolve(said.toUpperCase())),
      args: '{"response":"no"}',
      verdict: { value: 'NO' },
      value: 'NO',
    },
    {
      name: 'one that JSON writes at greater length',
      output: z.array(z.number()),
      args: '{"response":[1e20,1e20]}',
      verdict: { value: [1e20, 1e20] },
      value: [1e20, 1e20],
    },
  ])('is recorded once, and can be read back: $name', async ({ output, args, verdict, value }) => {
    const judged = await verdictOf(output, args);
    expect(judged).toEqual({ output: verdict });
    expect(toOutput(verdict as Parameters<typeof toOutput>[0], args)).toEqual(value);
  });

  it('that does not fit its schema is told what is wrong', async () => {
    expect(await verdictOf(z.array(z.number()), '{"response":["1"]}')).toEqual({
      output: {
        invalid: [{ path: 'response.0', message: expect.stringContaining('expected number') as unknown }],
      },
    });
  });

  it('that is larger than what can be recorded says so by its name', async () => {
    const judging = verdictOf(
      z.number().transform((times) => 'x'.repeat(times)),
      `{"response":${MAX_PAYLOAD_BYTES - 1}}`,
    );
    await expect(judging).rejects.toThrow(PayloadTooLargeError);
    await expect(judging).rejects.toMatchObject({ field: 'the output', size: MAX_PAYLOAD_BYTES + 1 });
  });
});

describe('code in a schema that throws', () => {
  const thrower = (): never => {
    throw new TypeError('no such thing');
  };

  it('ends the run, since every attempt would pay for another response', async () => {
    const judging = judge(agentFor(z.string().transform(thrower)), call('final_result', '{"response":"x"}'));
    await expect(judging).rejects.toThrow(HookExecutionError);
    await expect(judging).rejects.toMatchObject({
      message: "output of agent 'judged' threw: no such thing",
      hookName: "output of agent 'judged'",
    });
  });

  it('is named by the tool', async () => {
    const input = z.object({ a: z.string().refine(thrower) });
    const tool = defineTool({ name: 'odd', description: 'Is odd.', input, execute: () => null });
    const agent = defineAgent({ name: 'judged', model: 'openai:any', tools: [tool] });
    await expect(judge(agent, call('odd', '{"a":"x"}'))).rejects.toMatchObject({
      hookName: "input of tool 'odd'",
    });
  });

  it('is also one that makes what is no JSON', async () => {
    const judging = judge(
      agentFor(z.string().transform(() => new Map())),
      call('final_result', '{"response":"x"}'),
    );
    await expect(judging).rejects.toMatchObject({
      hookName: "output of agent 'judged'",
      message: expect.stringContaining("output of agent 'judged' is a Map, which is not JSON") as unknown,
    });
  });
});
