import { z } from 'zod';
import { instructionsOf } from '../../../src/activities/instructions';
import { toOffer } from '../../../src/activities/offer';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { HookExecutionError, ModelRetry } from '../../../src/common/errors';
import { type OutputOption, promptedOutput } from '../../../src/common/output';
import type { RunContext } from '../../../src/common/run-context';
import type { RunRequest } from '../../../src/common/wire';
import { runContext } from '../../support/measure';

const agentWith = (instructions: unknown, output?: OutputOption): Agent =>
  defineAgent({
    name: 'told',
    model: 'openai:any',
    instructions,
    ...(output && { output }),
  } as never); // as JavaScript calls it

async function tell(
  agent: Agent,
  request: RunRequest = {},
  context: RunContext = runContext(),
): Promise<string> {
  return instructionsOf(agent, { request, offer: await toOffer(agent, request, context), context });
}

describe('the instructions of a request', () => {
  it.each<{ what: string; instructions: unknown; request?: RunRequest; text: string }>([
    { what: 'none', instructions: [], text: '' },
    { what: 'a text', instructions: 'Help.', text: 'Help.' },
    {
      what: 'several, joined by empty lines',
      instructions: ['Help.', 'Be kind.'],
      text: 'Help.\n\nBe kind.',
    },
    {
      what: 'those of the run behind',
      instructions: 'Help.',
      request: { instructions: 'Now.' },
      text: 'Help.\n\nNow.',
    },
    {
      what: 'what functions make, at once or later',
      instructions: [() => 'a', () => Promise.resolve('b')],
      text: 'a\n\nb',
    },
    {
      what: 'nothing of functions that have nothing to say',
      instructions: ['a', () => undefined, () => ''],
      text: 'a',
    },
  ])('are $what', async ({ instructions, request = {}, text }) => {
    expect(await tell(agentWith(instructions), request)).toBe(text);
  });

  it('are made anew for each request, knowing the run', async () => {
    const agent = agentWith(
      ({ deps, runStep, usage }: RunContext<{ name: string }>) => `${deps.name} ${runStep} ${usage.requests}`,
    );
    const context = runContext({ deps: { name: 'Ann' } });
    expect(await tell(agent, {}, { ...context, runStep: 1 })).toBe('Ann 1 0');
    expect(await tell(agent, {}, { ...context, runStep: 2, usage: { ...context.usage, requests: 1 } })).toBe(
      'Ann 2 1',
    );
  });

  it.each([new TypeError('no such thing'), new ModelRetry('no such thing')])(
    'end the run when a function of them throws, whatever it throws: %s (bug: a ModelRetry was tried again and again)',
    async (error) => {
      const telling = tell(
        agentWith([
          'Help.',
          () => {
            throw error;
          },
        ]),
      );
      await expect(telling).rejects.toThrow(HookExecutionError);
      await expect(telling).rejects.toMatchObject({
        hookName: "instructions 2 of agent 'told'",
        message: "instructions 2 of agent 'told' threw: no such thing",
      });
    },
  );
});

describe('the instructions of a prompted output', () => {
  const refund = z.object({ amount: z.number() });

  it('hold its schema, behind the others', async () => {
    const text = await tell(agentWith('Help.', promptedOutput(refund)), { instructions: 'Now.' });
    expect(text).toMatch(/^Help\.\n\nNow\.\n\nAnswer with a JSON object/);
    expect(text).toContain('"required":["amount"]');
  });

  it('hold it where the template says', async () => {
    const template = 'A: {schema} B: {schema}';
    const text = await tell(agentWith([], promptedOutput(z.object({ cost: z.literal('$&') }), { template })));
    expect(text.match(/\$&/g)).toHaveLength(2);
    expect(text).toMatch(/^A: \{.*\} B: \{.*\}$/);
  });

  it('hold one schema of several answers, or of the one that the run asks for', async () => {
    const agent = agentWith([], promptedOutput({ refund, lines: z.array(z.string()) }));
    expect(await tell(agent)).toContain('"anyOf"');
    expect(await tell(agent, { outputType: 'refund' })).not.toContain('"anyOf"');
  });
});
