import { z } from 'zod';
import { toOffer, toToolParameters } from '../../../src/activities/offer';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { HookExecutionError, ModelRetry } from '../../../src/common/errors';
import { nativeOutput, type OutputOption, promptedOutput } from '../../../src/common/output';
import { defineTool, type PrepareTool } from '../../../src/common/tool';
import { runContext } from '../../support/measure';

const refund = z.object({ amount: z.number() });
const lines = z.array(z.string());

const toolWith = (name: string, prepare?: PrepareTool<unknown>) =>
  defineTool({
    name,
    description: `Does ${name}.`,
    input: z.object({}),
    execute: () => null,
    ...(prepare && { prepare }),
  });

const agentWith = (more: {
  tools?: ReturnType<typeof toolWith>[];
  output?: OutputOption;
  builtinTools?: object[];
}) => defineAgent({ name: 'offering', model: 'openai:any', ...more } as never) as Agent; // its types are another file's subject

const offerOf = (agent: Agent, outputType?: string, context = runContext()) =>
  toOffer(agent, outputType === undefined ? {} : { outputType }, context);

describe('the tools of a request', () => {
  it('are those of the agent, as they were declared', async () => {
    const { tools } = await offerOf(agentWith({ tools: [toolWith('add'), toolWith('pay')] }));
    expect(tools.map(({ description }) => description)).toEqual([
      {
        name: 'add',
        description: 'Does add.',
        parameters: expect.objectContaining({ type: 'object' }) as unknown,
      },
      {
        name: 'pay',
        description: 'Does pay.',
        parameters: expect.objectContaining({ type: 'object' }) as unknown,
      },
    ]);
  });

  it('are without those that prepare hides, at once or later', async () => {
    const hidden = toolWith('add', () => undefined);
    const late = toolWith('pay', () => Promise.resolve(undefined));
    expect((await offerOf(agentWith({ tools: [hidden, late, toolWith('see')] }))).tools).toMatchObject([
      { tool: { name: 'see' } },
    ]);
  });

  it('are described as prepare describes them, under their own names', async () => {
    const prepared = toolWith('add', (_, tool) => ({
      ...tool,
      name: 'other',
      description: 'Adds up.',
      strict: true,
    }));
    const { tools } = await offerOf(agentWith({ tools: [prepared] }));
    expect(tools[0]?.description).toMatchObject({ name: 'add', description: 'Adds up.', strict: true });
  });

  it('are prepared knowing the run', async () => {
    const context = runContext({ deps: { admin: false }, runStep: 3 });
    const prepared = toolWith('add', ({ deps, runStep }, tool) =>
      (deps as { admin: boolean }).admin ? tool : { ...tool, description: `Step ${runStep}.` },
    );
    const { tools } = await offerOf(agentWith({ tools: [prepared] }), undefined, context);
    expect(tools[0]?.description.description).toBe('Step 3.');
  });

  it.each([new TypeError('no such thing'), new ModelRetry('no such thing')])(
    'end the run when prepare throws, whatever it throws: %s',
    async (error) => {
      const offering = offerOf(
        agentWith({
          tools: [
            toolWith('add', () => {
              throw error;
            }),
          ],
        }),
      );
      await expect(offering).rejects.toThrow(HookExecutionError);
      await expect(offering).rejects.toMatchObject({ hookName: "prepare of tool 'add'" });
    },
  );
});

describe('the outputs of a request', () => {
  const several = { refund, lines, text: z.string() };

  it.each([
    { outputType: undefined, choices: ['refund', 'lines'], allowText: true },
    { outputType: 'refund', choices: ['refund'], allowText: false },
    { outputType: 'text', choices: [], allowText: true },
  ])('are those that the run asks for: $outputType', async ({ outputType, choices, allowText }) => {
    const offer = await offerOf(agentWith({ output: several }), outputType);
    expect(offer.choices.map(({ name }) => name)).toEqual(choices);
    expect(offer.allowText).toBe(allowText);
  });
});

describe('what a model is offered', () => {
  const parametersOf = async (
    agent: Agent,
    { final = false, outputType }: { final?: boolean; outputType?: string } = {},
  ) => toToolParameters(agent, await offerOf(agent, outputType), final);

  it('is a tool for each output', async () => {
    expect(
      await parametersOf(agentWith({ tools: [toolWith('add')], output: { refund, lines } })),
    ).toMatchObject({
      tools: [{ name: 'add' }],
      outputTools: [
        { name: 'final_result_refund' },
        { name: 'final_result_lines', parameters: { type: 'object' } },
      ],
      builtinTools: [],
      allowTextOutput: false,
    });
  });

  it('is text where that is an output', async () => {
    expect(await parametersOf(agentWith({}))).toMatchObject({ outputTools: [], allowTextOutput: true });
    const several = agentWith({ output: { refund, text: z.string() } });
    expect(await parametersOf(several)).toMatchObject({ outputTools: [{}], allowTextOutput: true });
    expect(await parametersOf(several, { outputType: 'refund' })).toMatchObject({ allowTextOutput: false });
  });

  it('is a JSON Schema for the text', async () => {
    expect(await parametersOf(agentWith({ output: nativeOutput(refund) }))).toMatchObject({
      outputTools: [],
      outputSchema: { name: 'final_result', schema: { type: 'object', required: ['amount'] } },
      allowTextOutput: true,
    });
  });

  it('is one JSON Schema for several answers, and the schema itself for the one that the run asks for', async () => {
    const agent = agentWith({ output: nativeOutput({ refund, lines }) });
    const { outputSchema } = await parametersOf(agent);
    expect(outputSchema?.schema).toMatchObject({
      type: 'object',
      required: ['result'],
      properties: {
        result: {
          anyOf: [
            {
              properties: { kind: { const: 'refund' }, data: { required: ['amount'] } },
              required: ['kind', 'data'],
            },
            { properties: { kind: { const: 'lines' }, data: { required: ['response'] } } },
          ],
        },
      },
    });
    expect((await parametersOf(agent, { outputType: 'refund' })).outputSchema).toMatchObject({
      name: 'final_result_refund',
      schema: { required: ['amount'] },
    });
  });

  it('is no schema where the instructions hold it', async () => {
    const parameters = await parametersOf(agentWith({ output: promptedOutput(refund) }));
    expect(parameters).not.toHaveProperty('outputSchema');
    expect(parameters).toMatchObject({ outputTools: [], allowTextOutput: true });
  });

  it('is no function and nothing of the provider when the final answer is asked for', async () => {
    const builtinTools = [{ type: 'web_search' }];
    const agent = agentWith({ tools: [toolWith('add')], output: refund, builtinTools });
    expect(await parametersOf(agent)).toMatchObject({ builtinTools, tools: [{}] });
    expect(await parametersOf(agent, { final: true })).toMatchObject({
      tools: [],
      builtinTools: [],
      outputTools: [{ name: 'final_result' }],
    });
  });
});
