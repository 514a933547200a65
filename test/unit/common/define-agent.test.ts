import { z } from 'zod';
import { defineAgent } from '../../../src/common/agent';
import { UserError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';
import { toAgentOutput, toolOutput } from '../../../src/common/output';
import { defineTool } from '../../../src/common/tool';

const tool = (name: string) =>
  defineTool({ name, description: 'Does something.', input: z.object({}), execute: () => null });

const model: Model = { name: 'mine', request: () => Promise.reject(new Error('not called')) };
const valid = { name: 'support', model: 'openai:gpt-5-mini' };

/** As JavaScript calls it, without the compiler's help. */
function define(changes: object) {
  return defineAgent({ ...valid, ...changes });
}

describe('a mistake in an agent', () => {
  const someName = "expected up to 100 letters, digits, '_', '-' or '.', a letter first";
  const someDuration = "expected milliseconds above 0, or a text like '30s'";

  it.each([
    { mistake: 'no name', changes: { name: undefined }, complaint: 'name: ' },
    { mistake: 'an empty name', changes: { name: '' }, complaint: `name: ${someName}` },
    { mistake: 'a name with a space', changes: { name: 'my agent' }, complaint: `name: ${someName}` },
    { mistake: 'a name that starts with a digit', changes: { name: '1st' }, complaint: `name: ${someName}` },
    {
      mistake: 'a name that starts as Temporal reserves it',
      changes: { name: '__temporal_x' },
      complaint: `name: ${someName}`,
    },
    {
      mistake: 'a name of 101 characters',
      changes: { name: 'a'.repeat(101) },
      complaint: `name: ${someName}`,
    },
    {
      mistake: 'no model',
      changes: { model: undefined },
      complaint: 'model: expected a model or the name of one',
    },
    {
      mistake: 'an empty model',
      changes: { model: '' },
      complaint: 'model: ',
    },
    {
      mistake: 'a model that is none',
      changes: { model: { name: 'x' } },
      complaint: 'model: expected a model',
    },
    {
      mistake: 'instructions that are no text',
      changes: { instructions: 3 },
      complaint: 'instructions: ',
    },
    {
      mistake: 'instructions of which one is no text',
      changes: { instructions: ['Be nice.', 3] },
      complaint: 'instructions: ',
    },
    {
      mistake: 'an output validator that is no function',
      changes: { outputValidators: ['short'] },
      complaint: 'outputValidators.0: expected a function',
    },
    {
      mistake: 'a history processor that is no function',
      changes: { historyProcessors: [{}] },
      complaint: 'historyProcessors.0: expected a function',
    },
    {
      mistake: 'a built-in tool that is no object',
      changes: { builtinTools: ['web_search'] },
      complaint: 'builtinTools.0: ',
    },
    {
      mistake: 'an end strategy that does not exist',
      changes: { endStrategy: 'late' },
      complaint: 'endStrategy: ',
    },
    {
      mistake: 'an end at limits that does not exist',
      changes: { onLimit: 'pause' },
      complaint: 'onLimit: ',
    },
    {
      mistake: 'an output that is no schema',
      changes: { output: { answer: 'string' } },
      complaint: 'output: expected a zod schema, schemas by name, or an output specification',
    },
    {
      mistake: 'an output whose name is no name for a tool',
      changes: { output: { 'a b': z.object({}), c: z.object({}) } },
      complaint: "output: 'final_result_a b' is no name for a tool",
    },
    {
      mistake: 'a tool that is none',
      changes: { tools: [{ name: 'x' }] },
      complaint: 'tools.0: expected a tool made by defineTool',
    },
    { mistake: 'tools that are no list', changes: { tools: tool('x') }, complaint: 'tools: ' },
    {
      mistake: 'two tools of one name',
      changes: { tools: [tool('a'), tool('b'), tool('a')] },
      complaint: "tools: two tools are named 'a'",
    },
    {
      mistake: 'an output that is no schema',
      changes: { output: 'text' },
      complaint: 'output: expected a zod schema',
    },
    { mistake: 'deps that are no schema', changes: { deps: {} }, complaint: 'deps: expected a zod schema' },
    {
      mistake: 'a setting that does not exist',
      changes: { modelSettings: { heat: 1 } },
      complaint: 'modelSettings: Unrecognized key: "heat"',
    },
    {
      mistake: 'a setting of the wrong type',
      changes: { modelSettings: { temperature: 'hot' } },
      complaint: 'modelSettings.temperature: ',
    },
    {
      mistake: 'a limit that does not exist',
      changes: { usageLimits: { tokens: 1 } },
      complaint: 'usageLimits: Unrecognized key: "tokens"',
    },
    {
      mistake: 'a negative limit',
      changes: { usageLimits: { requestLimit: -1 } },
      complaint: 'usageLimits.requestLimit: ',
    },
    {
      mistake: 'a limit that is no number',
      changes: { usageLimits: { requestLimit: '5' } },
      complaint: 'usageLimits.requestLimit: ',
    },
    {
      mistake: 'negative output retries',
      changes: { retries: { output: -1 } },
      complaint: 'retries.output: ',
    },
    { mistake: 'negative tool retries', changes: { retries: { tools: -1 } }, complaint: 'retries.tools: ' },
    {
      mistake: 'retries of something else',
      changes: { retries: { model: 1 } },
      complaint: 'retries: Unrecognized key: "model"',
    },
    { mistake: 'retries that are a number', changes: { retries: 3 }, complaint: 'retries: ' },
    {
      mistake: 'a model timeout of 0',
      changes: { modelTimeout: 0 },
      complaint: `modelTimeout: ${someDuration}`,
    },
    {
      mistake: 'a model timeout that is no duration',
      changes: { modelTimeout: 'abc' },
      complaint: `modelTimeout: ${someDuration}`,
    },
    { mistake: 'no attempts', changes: { modelMaximumAttempts: 0 }, complaint: 'modelMaximumAttempts: ' },
    {
      mistake: 'more attempts than Temporal can count (bug: 2 ** 32 had none of them bounded)',
      changes: { modelMaximumAttempts: 2 ** 31 },
      complaint: 'modelMaximumAttempts: ',
    },
    {
      mistake: 'a heartbeat timeout below 1 s',
      changes: { heartbeatTimeout: 999 },
      complaint: 'heartbeatTimeout: expected at least 1 second',
    },
    {
      mistake: 'a heartbeat timeout that is no duration',
      changes: { heartbeatTimeout: 'abc' },
      complaint: `heartbeatTimeout: ${someDuration}`,
    },
    { mistake: 'summaries that are no flag', changes: { summaries: 'yes' }, complaint: 'summaries: ' },
    {
      mistake: 'an option that does not exist',
      changes: { tool: [] },
      complaint: 'Unrecognized key: "tool"',
    },
  ])('is a UserError that names the field: $mistake', ({ changes, complaint }) => {
    expect(() => define(changes)).toThrow(UserError);
    expect(() => define(changes)).toThrow(`${calledWith({ ...valid, ...changes })}: ${complaint}`);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'is the name %s, which Temporal would find in any bundle (bug: it ran in place of the agent)',
    (name) => {
      expect(() => define({ name })).toThrow(
        `defineAgent('${name}'): name: is a name that every JavaScript object has`,
      );
    },
  );

  it.each([
    ['a date', z.object({ since: z.date() })],
    ['a bigint', z.bigint()],
    ['a date in a list', z.array(z.date())],
    ['nothing', z.undefined()],
  ])('is an output that cannot be described as JSON Schema: %s', (_, output) => {
    expect(() => define({ output })).toThrow(UserError);
    expect(() => define({ output })).toThrow(
      "defineAgent('support'): output cannot be described as JSON Schema: ",
    );
  });

  it('is a tool with the name of the output tool, when there is one', () => {
    const tools = [tool('final_result')];
    expect(() => define({ tools, output: z.object({}) })).toThrow(
      "defineAgent('support'): tools: 'final_result' is the name of a tool that gives the final answer",
    );
    expect(define({ tools }).tools).toHaveLength(1);
    expect(() =>
      define({
        tools: [tool('answer_b')],
        output: toolOutput({ a: z.object({}), b: z.object({}) }, { name: 'answer' }),
      }),
    ).toThrow("tools: 'answer_b' is the name of a tool that gives the final answer");
  });
});

describe('an agent', () => {
  it('has defaults', () => {
    expect(define({})).toEqual({
      name: 'support',
      model: 'openai:gpt-5-mini',
      instructions: [], // several may be given, so none is a list, too
      tools: [],
      output: toAgentOutput(undefined, 'test'), // an agent's output says how it is asked for, also when it is a text
      outputValidators: [],
      historyProcessors: [],
      builtinTools: [],
      endStrategy: 'graceful',
      onLimit: 'fail',
      deps: undefined,
      modelSettings: {},
      usageLimits: {},
      retries: { output: 1, tools: 1 },
      modelTimeout: 600_000,
      modelMaximumAttempts: 5,
      heartbeatTimeout: 5000,
      summaries: true,
    });
  });

  it('keeps its options', () => {
    const pass = (value: unknown) => value;
    const options = {
      model,
      instructions: ['Help.', () => 'Now.'],
      outputValidators: [pass],
      historyProcessors: [pass],
      builtinTools: [{ type: 'web_search' }],
      endStrategy: 'early',
      onLimit: 'final-answer',
      tools: [tool('a')],
      modelSettings: { temperature: 0, extraBody: { a: [1] } },
      usageLimits: { requestLimit: 0, toolCallsLimit: null },
      retries: { output: 0 },
      modelTimeout: '1m',
      heartbeatTimeout: 1000,
      summaries: false,
    };
    const deps = z.object({ db: z.string() });
    const agent = define({ ...options, deps });
    expect(agent.deps).toBe(deps);
    expect(agent).toMatchObject({
      ...options,
      retries: { output: 0, tools: 1 },
      modelTimeout: 60_000,
    });
  });

  it('has one of its instructions as a list of one', () => {
    expect(define({ instructions: 'Help.' }).instructions).toEqual(['Help.']);
  });

  it('keeps the model and the tools that it was given, not copies', () => {
    const lookup = tool('lookup');
    const agent = define({ model, tools: [lookup] });
    expect(agent.model).toBe(model);
    expect(agent.tools[0]).toBe(lookup);
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(define({}))).toBe(true);
  });

  it.each(['a', 'Support.v2', 'support-agent_1', 'a'.repeat(100)])('may be named %s', (name) => {
    expect(define({ name }).name).toBe(name);
  });
});

describe('the output of an agent', () => {
  it.each([
    ['no schema', undefined],
    ['a bare text schema', z.string()],
  ])('is a text with %s', (_, output) => {
    // It was `undefined`; now it says how the model is asked for it.
    expect(define({ output }).output).toMatchObject({
      mode: 'text',
      allowText: true,
      choices: [],
      names: [],
      textFunction: undefined,
    });
  });

  it('is described as it is when it is an object', () => {
    const schema = z.object({ answer: z.string() });
    const { output } = define({ output: schema });
    expect(output).toMatchObject({ mode: 'tool', allowText: false });
    expect(output.choices).toEqual([
      {
        name: '',
        toolName: 'final_result',
        description: 'The final response which ends this conversation',
        schema,
        parameters: { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] },
        wrapped: false,
      },
    ]);
  });

  it.each([
    ['a number', z.number(), 5],
    ['a list', z.array(z.string()), ['a']],
    ['a choice', z.enum(['yes', 'no']), 'yes'],
    ['a text with a rule', z.string().min(2), 'ok'],
    ['an object or nothing', z.object({ a: z.string() }).nullable(), null],
    ['one of two objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), { b: 'x' }],
    ['anything', z.any(), { a: 1 }],
  ])('is wrapped as an object when it is %s', (_, schema, value) => {
    const [output] = define({ output: schema }).output.choices;
    expect(output).toMatchObject({
      wrapped: true,
      parameters: { type: 'object', required: ['response'], additionalProperties: false },
    });
    expect(output?.schema.parse({ response: value })).toEqual({ response: value });
    expect(output?.schema.safeParse(value).success).toBe(false);
  });
});

function calledWith({ name }: { readonly name?: unknown }): string {
  return typeof name === 'string' ? `defineAgent('${name}')` : 'defineAgent';
}

it('is a UserError when there are no options at all (bug: was a TypeError)', () => {
  for (const nothing of [undefined, null, 'support']) {
    // what JavaScript users may do
    expect(() => defineAgent(nothing as never)).toThrow(UserError);
    expect(() => defineTool(nothing as never)).toThrow(UserError);
  }
});
