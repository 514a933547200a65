import { z } from 'zod';
import { UserError } from '../../../src/common/errors';
import {
  nativeOutput,
  type OutputOption,
  promptedOutput,
  textOutput,
  toAgentOutput,
  toolOutput,
} from '../../../src/common/output';

const refund = z.object({ amount: z.number() });
const ticket = z.object({ title: z.string() }).describe('A ticket for a person to look at');

const outputOf = (output?: OutputOption) => toAgentOutput(output, 'agent');
const toolNames = (output: OutputOption) => outputOf(output).choices.map(({ toolName }) => toolName);

describe('how a model is asked for an output', () => {
  it.each<{
    output: OutputOption | undefined;
    mode: string;
    allowText: boolean;
    choices: number;
    what: string;
  }>([
    { what: 'nothing', output: undefined, mode: 'text', allowText: true, choices: 0 },
    { what: 'a bare text schema', output: z.string(), mode: 'text', allowText: true, choices: 0 },
    { what: 'an object', output: refund, mode: 'tool', allowText: false, choices: 1 },
    { what: 'toolOutput', output: toolOutput(refund), mode: 'tool', allowText: false, choices: 1 },
    { what: 'nativeOutput', output: nativeOutput(refund), mode: 'native', allowText: false, choices: 1 },
    {
      what: 'promptedOutput',
      output: promptedOutput(refund),
      mode: 'prompted',
      allowText: false,
      choices: 1,
    },
    { what: 'textOutput', output: textOutput((text) => text), mode: 'text', allowText: true, choices: 0 },
    { what: 'several by name', output: { refund, ticket }, mode: 'tool', allowText: false, choices: 2 },
    {
      what: 'a text among them',
      output: { refund, text: z.string() },
      mode: 'tool',
      allowText: true,
      choices: 1,
    },
    { what: 'a named text alone', output: { text: z.string() }, mode: 'text', allowText: true, choices: 0 },
    {
      what: 'a bare text schema',
      output: nativeOutput(z.string()),
      mode: 'text',
      allowText: true,
      choices: 0,
    },
  ])('with $what is $mode', ({ output, mode, allowText, choices }) => {
    const agentOutput = outputOf(output);
    expect(agentOutput).toMatchObject({ mode, allowText });
    expect(agentOutput.choices).toHaveLength(choices);
  });

  it.each(['native', 'prompted'])(
    'with a text among several in mode %s is JSON all the same (bug: such a text could not be answered)',
    (mode) => {
      const several = { refund, text: z.string() };
      const output = outputOf(mode === 'native' ? nativeOutput(several) : promptedOutput(several));
      expect(output).toMatchObject({ mode, allowText: false, names: ['refund', 'text'] });
      expect(output.choices[1]).toMatchObject({ name: 'text', wrapped: true });
    },
  );

  it('with a text that has rules is structured, since a model has to be told of them', () => {
    expect(outputOf(z.string().min(3))).toMatchObject({ mode: 'tool', allowText: false });
  });
});

describe('the tools that stand for outputs', () => {
  it.each<{ what: string; output: OutputOption; names: string[] }>([
    { what: 'one', output: refund, names: ['final_result'] },
    { what: 'several', output: { refund, ticket }, names: ['final_result_refund', 'final_result_ticket'] },
    { what: 'one with a name', output: toolOutput(refund, { name: 'decide' }), names: ['decide'] },
    {
      what: 'several with a name',
      output: toolOutput({ refund, ticket }, { name: 'decide' }),
      names: ['decide_refund', 'decide_ticket'],
    },
  ])('are named for $what', ({ output, names }) => {
    expect(toolNames(output)).toEqual(names);
  });

  it('are described by their schema, else by the option, else in general', () => {
    const described = toolOutput({ refund, ticket }, { description: 'What to do.' });
    expect(outputOf(described).choices.map(({ description }) => description)).toEqual([
      'What to do.',
      'A ticket for a person to look at',
    ]);
    expect(outputOf(refund).choices[0]?.description).toBe('The final response which ends this conversation');
  });

  it('take an answer that is no object as the response in one', () => {
    const [list] = outputOf({ list: z.array(z.number()), refund }).choices;
    expect(list).toMatchObject({
      wrapped: true,
      parameters: {
        type: 'object',
        properties: { response: { type: 'array', items: { type: 'number' } } },
        required: ['response'],
      },
    });
    expect(list?.schema.parse({ response: [1] })).toEqual({ response: [1] });
  });

  it.each<[string, OutputOption, string]>([
    ['a name with a space', { 'a b': refund, c: refund }, "'final_result_a b' is no name for a tool"],
    ['an empty name of the tool', toolOutput(refund, { name: '' }), "'' is no name for a tool"],
    ['one with a dot', nativeOutput(refund, { name: 'a.b' }), "'a.b' is no name for a tool"],
    ['one that is too long', toolOutput(refund, { name: 'x'.repeat(65) }), 'is no name for a tool'],
  ])('cannot have %s', (_, output, complaint) => {
    expect(() => outputOf(output)).toThrow(UserError);
    expect(() => outputOf(output)).toThrow(complaint);
  });

  it('cannot have what no JSON Schema describes, and the name says which', () => {
    expect(() => outputOf({ refund, when: z.date() })).toThrow(
      'agent: output.when cannot be described as JSON Schema: ',
    );
  });
});

describe('an output', () => {
  it('knows its names, by which a run may choose', () => {
    expect(outputOf({ refund, text: z.string() }).names).toEqual(['refund', 'text']);
    expect(outputOf(refund).names).toEqual([]);
  });

  it('keeps the template of instructions, or has one', () => {
    const template = 'As JSON: {schema}';
    expect(outputOf(promptedOutput(refund, { template })).template).toBe(template);
    expect(outputOf(promptedOutput(refund)).template).toContain('{schema}');
  });

  it('keeps the function that makes it of a text', () => {
    const shout = (text: string): string => text.toUpperCase();
    expect(outputOf(textOutput(shout)).textFunction).toBe(shout);
  });
});
