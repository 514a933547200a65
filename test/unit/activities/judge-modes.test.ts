import * as fc from 'fast-check';
import { z } from 'zod';
import { judgeResponse } from '../../../src/activities/judge-response';
import { type Agent, defineAgent, type OutputValidator } from '../../../src/common/agent';
import { HookExecutionError, ModelRetry, ToolFailed } from '../../../src/common/errors';
import type { JsonValue } from '../../../src/common/json';
import type { ResponsePart } from '../../../src/common/messages';
import { nativeOutput, type OutputOption, promptedOutput, textOutput } from '../../../src/common/output';
import type { RunContext } from '../../../src/common/run-context';
import type { CallVerdict, ModelAnswer, OutputVerdict, RunRequest } from '../../../src/common/wire';
import { toOutput } from '../../../src/workflows/loop/output';
import { measureOf, runContext } from '../../support/measure';
import { calls, response, said } from '../../support/messages';

const refund = z.object({ amount: z.number() });
const lines = z.array(z.string());

/* What text and calls mean in each output mode, and what validators say. */

const agentWith = (
  output?: OutputOption,
  outputValidators: readonly OutputValidator<never, never>[] = [],
): Agent =>
  defineAgent({ name: 'judged', model: 'openai:any', outputValidators, ...(output && { output }) } as never); // its types are another file's subject

async function judgeText(
  agent: Agent,
  text: string,
  request: RunRequest = {},
): Promise<OutputVerdict | undefined> {
  return (await judge(agent, [said(text)], request)).text;
}

async function judgeCall(
  agent: Agent,
  args: string,
  toolName = 'final_result',
): Promise<CallVerdict | null | undefined> {
  return (await judge(agent, [calls('a', toolName, args)])).calls?.[0];
}

async function judge(
  agent: Agent,
  parts: readonly ResponsePart[],
  request: RunRequest = {},
): Promise<Pick<ModelAnswer, 'calls' | 'text'>> {
  return judgeResponse(await measureOf(agent, { request }), response(...parts));
}

/** What the run would end with, exactly as its workflow reads it from the verdict. */
function readBack(verdict: OutputVerdict | undefined, text: string): JsonValue {
  if (verdict === undefined || 'invalid' in verdict) throw new Error('expected an accepted output');
  return toOutput(verdict, text);
}

describe("a text in the provider's JSON Schema mode", () => {
  it.each<{ output: OutputOption; text: string; verdict: OutputVerdict; value: JsonValue }>([
    { output: refund, text: '{"amount": 1}', verdict: { as: 'json' }, value: { amount: 1 } },
    { output: lines, text: '{"response":["a"]}', verdict: { as: 'wrapped' }, value: ['a'] },
    {
      output: { refund, lines },
      text: '{"result":{"kind":"refund","data":{"amount":1}}}',
      verdict: { value: { amount: 1 } },
      value: { amount: 1 },
    },
    {
      output: { refund, lines },
      text: '{"result":{"kind":"lines","data":{"response":["a"]}}}',
      verdict: { value: ['a'] },
      value: ['a'],
    },
    {
      output: { refund, text: z.string() },
      text: '{"result":{"kind":"text","data":{"response":"hi"}}}',
      verdict: { value: 'hi' },
      value: 'hi',
    },
  ])('is the answer: $text', async ({ output, text, verdict, value }) => {
    const judged = await judgeText(agentWith(nativeOutput(output as never)), text); // schemas, not specifications
    expect(judged).toEqual(verdict);
    expect(readBack(judged, text)).toEqual(value);
  });

  it('that is no JSON, or another one, is told what is wrong', async () => {
    const agent = agentWith(nativeOutput(refund));
    expect(await judgeText(agent, 'One.')).toEqual({ invalid: [{ path: '', message: 'Invalid JSON' }] });
    expect(await judgeText(agent, '{"amount":"1"}')).toMatchObject({ invalid: [{ path: 'amount' }] });
  });

  it.each(['{}', 'x', '{"result":1}', '{"result":{"kind":"sum","data":{}}}', '[]', 'null'])(
    'is told which kinds there are when it says none of them: %s',
    async (text) => {
      expect(await judgeText(agentWith(nativeOutput({ refund, lines })), text)).toEqual({
        invalid:
          'Expected a JSON object {"result": {"kind": …, "data": …}} whose kind is one of \'refund\', \'lines\'.',
      });
    },
  );

  it('is only the one answer that the run asked for', async () => {
    const agent = agentWith(nativeOutput({ refund, lines }));
    const request = { outputType: 'refund' };
    expect(await judgeText(agent, '{"amount":1}', request)).toEqual({ as: 'json' });
    expect(await judgeText(agent, '{"response":["a"]}', request)).toMatchObject({
      invalid: expect.anything() as unknown,
    });
  });
});

describe('a text that was asked for in the instructions', () => {
  const plain = '{"amount":1}';

  it.each([
    ['as it is', plain],
    ['in a fenced block', `\`\`\`json\n${plain}\n\`\`\``],
    ['in a fenced block without a language', `\`\`\`\n${plain}\n\`\`\``],
    ['with words around the block', `Here it is:\n\n\`\`\`json\n${plain}\n\`\`\`\nAnything else?`],
  ])('is the answer %s (bug: a run whose model wrote a fence was stuck)', async (_, text) => {
    const verdict = await judgeText(agentWith(promptedOutput(refund)), text);
    expect(readBack(verdict, text)).toEqual({ amount: 1 });
  });

  it('is the answer in a block also where it is no object, or one of several', async () => {
    const list = '```json\n{"response":["a"]}\n```';
    expect(readBack(await judgeText(agentWith(promptedOutput(lines)), list), list)).toEqual(['a']);
    const one = '```json\n{"result":{"kind":"refund","data":{"amount":1}}}\n```';
    expect(readBack(await judgeText(agentWith(promptedOutput({ refund, lines })), one), one)).toEqual({
      amount: 1,
    });
    const none = '```json\n\n```';
    expect(readBack(await judgeText(agentWith(promptedOutput(z.object({}))), none), none)).toEqual({});
  });

  it('is told what is wrong', async () => {
    expect(await judgeText(agentWith(promptedOutput(refund)), '```json\n{"amount":"1"}\n```')).toMatchObject({
      invalid: [{ path: 'amount' }],
    });
  });
});

describe('a text where tools give the answer', () => {
  it('is the answer when it happens to be its JSON, the first that fits of several', async () => {
    const agent = agentWith({ refund, ticket: z.object({ title: z.string() }) });
    expect(await judgeText(agent, '{"title":"x"}')).toEqual({ as: 'json' });
    expect(await judgeText(agentWith(lines), '{"response":["a"]}')).toEqual({ as: 'wrapped' });
    expect(await judgeText(agent, 'Done.')).toBeUndefined();
  });

  it('that fits, and a validator wants another, is told so (bug: it was asked for a tool call)', async () => {
    const agent = agentWith(refund, [refuse('Too much.')]);
    expect(await judgeText(agent, '{"amount":1}')).toEqual({ invalid: 'Too much.' });
  });

  it('is an answer in itself where a text is one of the outputs', async () => {
    const agent = agentWith({ refund, text: z.string() });
    expect(await judgeText(agent, '{"amount":1}')).toEqual({ as: 'text' });
    expect(await judgeText(agent, '{"amount":1}', { outputType: 'refund' })).toEqual({ as: 'json' });
    expect(await judgeText(agent, 'Hi.', { outputType: 'refund' })).toBeUndefined();
    expect(await judgeText(agent, 'Hi.', { outputType: 'text' })).toEqual({ as: 'text' });
  });
});

describe('a call of a tool that stands for an output', () => {
  it('is of one of several', async () => {
    const agent = agentWith({ refund, lines });
    expect(await judgeCall(agent, '{"amount":1}', 'final_result_refund')).toEqual({ output: { as: 'json' } });
    expect(await judgeCall(agent, '{"response":["a"]}', 'final_result_lines')).toEqual({
      output: { as: 'wrapped' },
    });
    expect(await judgeCall(agent, '{}', 'final_result')).toEqual({
      unknownTool:
        "Unknown tool name: 'final_result'. Available tools: 'final_result_lines', 'final_result_refund'",
    });
  });

  it('is of an unknown tool where the run asked for another output', async () => {
    const agent = agentWith({ refund, lines });
    const { calls: verdicts } = await judge(agent, [calls('a', 'final_result_lines')], {
      outputType: 'refund',
    });
    expect(verdicts).toEqual([
      { unknownTool: "Unknown tool name: 'final_result_lines'. Available tools: 'final_result_refund'" },
    ]);
  });

  it('is of an unknown tool in the modes without such tools', async () => {
    const { calls: verdicts } = await judge(agentWith(nativeOutput(refund)), [calls('a', 'final_result')]);
    expect(verdicts).toEqual([{ unknownTool: "Unknown tool name: 'final_result'. No tools available." }]);
  });
});

/** As an agent's types allow it. */
function validator<Value>(
  check: (value: Value, context: RunContext) => unknown,
): OutputValidator<never, never> {
  return check as unknown as OutputValidator<never, never>; // tried on outputs of that type only
}

function refuse(message: string): OutputValidator<never, never> {
  return () => {
    throw new ModelRetry(message);
  };
}

describe('output validators', () => {
  const double = validator((value: { amount: number }) => ({ amount: value.amount * 2 }));
  const addOne = validator((value: { amount: number }) => Promise.resolve({ amount: value.amount + 1 }));

  it('run in order, may wait, and may change the output', async () => {
    expect(await judgeCall(agentWith(refund, [double, addOne]), '{"amount":1}')).toEqual({
      output: { value: { amount: 3 } },
    });
    expect(await judgeCall(agentWith(refund, [addOne, double]), '{"amount":1}')).toEqual({
      output: { value: { amount: 4 } },
    });
  });

  it('that change nothing leave the output recorded once', async () => {
    const same = validator((value: unknown) => value);
    expect(await judgeCall(agentWith(refund, [same]), '{"amount":1}')).toEqual({ output: { as: 'json' } });
    expect(await judgeText(agentWith(undefined, [same]), 'hi')).toEqual({ as: 'text' });
  });

  it('see text outputs, too', async () => {
    const shout = validator((text: string) => text.toUpperCase());
    expect(await judgeText(agentWith(undefined, [shout]), 'hi')).toEqual({ value: 'HI' });
  });

  it('see no output that does not fit its schema', async () => {
    const seen: unknown[] = [];
    const watch = validator((value: unknown) => seen.push(value));
    expect(await judgeCall(agentWith(refund, [watch]), '{"amount":"1"}')).toMatchObject({
      output: { invalid: [{ path: 'amount' }] },
    });
    expect(seen).toEqual([]);
  });

  it('are given the context of the run', async () => {
    const contexts: unknown[] = [];
    const watch = validator((value: unknown, context: unknown) => {
      contexts.push(context);
      return value;
    });
    const context = runContext({ deps: { limit: 5 }, retry: 1 });
    await judgeResponse(await measureOf(agentWith(undefined, [watch]), { context }), response(said('hi')));
    expect(contexts).toEqual([context]);
  });

  it('ask the model for another output by ModelRetry, and those behind do not run', async () => {
    const seen: unknown[] = [];
    const watch = validator((value: unknown) => seen.push(value));
    const agent = agentWith(refund, [refuse('Less.'), watch]);
    expect(await judgeCall(agent, '{"amount":1}')).toEqual({ output: { invalid: 'Less.' } });
    expect(seen).toEqual([]);
  });

  it('cut what the model is told', async () => {
    const verdict = await judgeText(agentWith(undefined, [refuse('x'.repeat(100_000))]), 'hi');
    expect(JSON.stringify(verdict).length).toBeLessThan(2_500);
  });

  it.each([new TypeError('no such thing'), new ToolFailed('no such thing')])(
    'end the run by any other error, under their name: %s',
    async (error) => {
      const pass = validator((value: unknown) => value);
      const broken: OutputValidator<never, never> = () => {
        throw error;
      };
      const judging = judgeText(agentWith(undefined, [pass, broken]), 'hi');
      await expect(judging).rejects.toThrow(HookExecutionError);
      await expect(judging).rejects.toMatchObject({
        hookName: "output validator 2 of agent 'judged'",
        message: "output validator 2 of agent 'judged' threw: no such thing",
      });
    },
  );

  it('end the run by an output that is no JSON', async () => {
    const lost = validator(() => new Map());
    await expect(judgeText(agentWith(undefined, [lost]), 'hi')).rejects.toMatchObject({
      hookName: "output of agent 'judged'",
    });
  });
});

describe('a function that makes the output of a text', () => {
  it('may return anything that JSON holds, at once or later', async () => {
    const words = agentWith(textOutput((text) => Promise.resolve(text.split(' '))));
    expect(await judgeText(words, 'a b')).toEqual({ value: ['a', 'b'] });
    expect(await judgeText(agentWith(textOutput((text) => text)), 'a b')).toEqual({ as: 'text' });
    expect(await judgeText(agentWith(textOutput(() => null)), 'a b')).toEqual({ value: null });
  });

  it('runs before the validators', async () => {
    const count = textOutput((text) => text.length);
    const double = validator((value: number) => value * 2);
    expect(await judgeText(agentWith(count, [double]), 'four')).toEqual({ value: 8 });
  });

  it('asks the model for another text by ModelRetry', async () => {
    const agent = agentWith(
      textOutput(() => {
        throw new ModelRetry('Shorter.');
      }),
    );
    expect(await judgeText(agent, 'hi')).toEqual({ invalid: 'Shorter.' });
  });

  it('ends the run by any other error', async () => {
    const agent = agentWith(
      textOutput(() => {
        throw new RangeError('too short');
      }),
    );
    await expect(judgeText(agent, 'hi')).rejects.toMatchObject({
      name: 'HookExecutionError',
      hookName: "text function of agent 'judged'",
      message: "text function of agent 'judged' threw: too short",
    });
  });

  it('is not asked about a response with calls, nor about an empty text', async () => {
    const agent = agentWith(
      textOutput(() => {
        throw new Error('not asked');
      }),
    );
    expect(await judge(agent, [said('hi'), calls('a', 'guess')])).toMatchObject({ calls: [{}] });
    expect(await judge(agent, [said('')])).toEqual({});
  });
});

describe('whatever a model writes', () => {
  const anyJson = fc.oneof(
    fc.record({ amount: fc.oneof(fc.double(), fc.string()) }),
    fc.record({ response: fc.array(fc.string()) }),
    fc.record({ result: fc.record({ kind: fc.constantFrom('refund', 'lines', 'x'), data: fc.jsonValue() }) }),
    fc.constant({ result: { kind: 'refund', data: { amount: 1 } } }),
    fc.jsonValue(),
  );
  const written = fc
    .tuple(anyJson, fc.constantFrom('', '```json\n', '```\n', 'Here:\n```json\n'), fc.string())
    .map(
      ([value, fence, rest]) => `${fence}${JSON.stringify(value)}${fence === '' ? '' : `\n\`\`\`${rest}`}`,
    );
  const text = fc.oneof(
    written,
    fc.string(),
    fc.constantFrom('', '```json\n```', '```json\n\n```', '{', 'null'),
  );

  const several = { refund, lines };
  const agents = [
    agentWith(),
    ...[refund, lines, several].flatMap((output) => [
      agentWith(output),
      agentWith(nativeOutput(output)),
      agentWith(promptedOutput(output)),
    ]),
  ];

  it('the workflow can read the output back from an accepted verdict, and it fits the schema', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...agents), text, async (agent, content) => {
        const verdict = await judgeText(agent, content);
        if (verdict === undefined || 'invalid' in verdict) return;
        const output = toOutput(verdict, content);
        const fits = [refund, lines, z.string()].some((schema) => schema.safeParse(output).success);
        expect(fits).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
