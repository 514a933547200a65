// Needs a real Temporal server.
import {
  type Agent,
  defineAgent,
  defineTool,
  type ModelMessage,
  ModelRetry,
  nativeOutput,
  promptedOutput,
  textOutput,
  toolOutput,
} from 'perdure';
import type { RunOptions, RunResult } from 'perdure/client';
import { scriptedModel, type ScriptedModel } from 'perdure/testing';
import { z } from 'zod';
import { type Served, serve } from '../support/serve';

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

async function run(agent: Agent, options: RunOptions = {}): Promise<RunResult> {
  served = await serve([agent]);
  return served.client.run(agent.name, 'Go.', options);
}

function lastTold({ requests }: ScriptedModel): ModelMessage['parts'] | undefined {
  return requests.at(-1)?.messages.at(-1)?.parts;
}

const word = z.object({ word: z.string() });
const final = (args: object) => ({ tool: 'final_result', args: args as { word: string } });

describe('an output', () => {
  it('by the provider’s JSON mode is checked as any other, and asked for again as text', async () => {
    const model = scriptedModel(['{"word":7}', '{"word":"yes"}']);
    const result = await run(defineAgent({ name: 'native', model, output: nativeOutput(word) }));
    expect(result.output).toEqual({ word: 'yes' });
    expect(model.requests[0]?.parameters).toMatchObject({
      outputTools: [],
      outputSchema: { name: 'final_result', schema: { type: 'object' } },
    });
    expect(lastTold(model)).toMatchObject([{ kind: 'retry-prompt', content: [{ path: 'word' }] }]);
  });

  it('that is prompted for may come in a fenced block', async () => {
    const model = scriptedModel(['Here:\n```json\n{"word":"yes"}\n```\nFine?']);
    const result = await run(defineAgent({ name: 'prompted', model, output: promptedOutput(word) }));
    expect(result.output).toEqual({ word: 'yes' });
    expect(model.requests[0]?.parameters.instructions).toContain('"word"');
  });

  it('of text is what a function makes of it, which may ask for another', async () => {
    const output = textOutput((text: string) => {
      if (!/^\d+$/.test(text)) throw new ModelRetry('Only digits.');
      return Number(text);
    });
    const model = scriptedModel(['seven', '7']);
    const result = await run(defineAgent({ name: 'digits', model, output }));
    expect(result.output).toBe(7);
    expect(lastTold(model)).toEqual([{ kind: 'retry-prompt', content: 'Only digits.' }]);
  });

  it('by a tool may have a name of its own', async () => {
    const model = scriptedModel([[{ tool: 'answer', args: { word: 'yes' } }]]);
    const output = toolOutput(word, { name: 'answer', description: 'The word.' });
    const result = await run(defineAgent({ name: 'named', model, output }));
    expect(result.output).toEqual({ word: 'yes' });
    expect(model.requests[0]?.parameters.outputTools).toMatchObject([
      { name: 'answer', description: 'The word.' },
    ]);
  });
});

describe('several outputs by name', () => {
  const output = { word, number: z.number(), text: z.string() };

  it.each([
    ['the tool of one of them', [{ tool: 'final_result_word', args: { word: 'yes' } }], { word: 'yes' }],
    ['that of one that is no object', [{ tool: 'final_result_number', args: { response: 7 } }], 7],
    ['text, which is one of them', 'Yes.', 'Yes.'],
  ])('may be given by %s', async (_how, answer, value) => {
    const model = scriptedModel([answer]);
    const result = await run(defineAgent({ name: 'several', model, output }));
    expect(result.output).toEqual(value);
    expect(model.requests[0]?.parameters.outputTools.map(({ name }) => name)).toEqual([
      'final_result_word',
      'final_result_number',
    ]);
  });

  it('may be narrowed to one by the run: another is then an unknown tool, and text none', async () => {
    const model = scriptedModel(['Yes.', [{ tool: 'final_result_number', args: { response: 7 } }]]);
    const result = await run(defineAgent({ name: 'several', model, output }), { outputType: 'number' });
    expect(result.output).toBe(7);
    expect(model.requests[0]?.parameters).toMatchObject({
      allowTextOutput: false,
      outputTools: [{ name: 'final_result_number' }],
    });
    expect(lastTold(model)).toEqual([
      { kind: 'retry-prompt', content: 'Please include your response in a tool call.' },
    ]);
  });

  it('may come as one JSON object that says which it is', async () => {
    const named = { word, number: z.number() };
    const model = scriptedModel(['{"result":{"kind":"number","data":{"response":7}}}']);
    const result = await run(defineAgent({ name: 'native', model, output: nativeOutput(named) }));
    expect(result.output).toBe(7);
  });
});

describe('output validators', () => {
  it('run in order, may change the output or ask for another, and know the run', async () => {
    const seen: unknown[] = [];
    const model = scriptedModel([[final({ word: 'no' })], [final({ word: 'yes' })]]);
    const agent = defineAgent({
      name: 'checked',
      model,
      output: word,
      deps: z.object({ suffix: z.string() }),
      outputValidators: [
        (value, { retry, usage, runStep }) => {
          seen.push([value.word, retry, usage.requests, runStep]);
          if (value.word === 'no') throw new ModelRetry('Say yes.');
          return { word: value.word.toUpperCase() };
        },
        async (value, { deps }) => ({ word: `${value.word}${deps.suffix}` }),
      ],
    });
    served = await serve([agent]);
    const result = await served.client.run(agent, 'Go.', { deps: { suffix: '!' } });
    expect(result.output).toEqual({ word: 'YES!' });
    expect(seen).toEqual([
      ['no', 0, 0, 1],
      ['yes', 1, 1, 2],
    ]);
    expect(lastTold(model)).toMatchObject([{ kind: 'retry-prompt', content: 'Say yes.' }]);
  });
});

describe('instructions and history processors', () => {
  it('are made anew for each request, and leave the transcript as it is', async () => {
    const model = scriptedModel([[{ tool: 'nod' }], 'Done.']);
    const agent = defineAgent({
      name: 'hooks',
      model,
      tools: [defineTool({ name: 'nod', description: 'x', input: z.object({}), execute: () => 'yes' })],
      instructions: ['Be brief.', async ({ runStep }) => `Step ${runStep}.`, () => undefined],
      historyProcessors: [
        (messages) => messages.map((message) => redact(message)),
        async (messages) => messages.slice(-3),
      ],
    });
    const result = await run(agent);
    expect(model.requests.map(({ parameters }) => parameters.instructions)).toEqual([
      'Be brief.\n\nStep 1.',
      'Be brief.\n\nStep 2.',
    ]);
    expect(JSON.stringify(model.requests)).not.toContain('Go.');
    expect(JSON.stringify(await result.allMessages())).toContain('"Go."');
    expect(JSON.stringify(await result.allMessages())).not.toContain('Be brief.');
  });
});

function redact(message: ModelMessage): ModelMessage {
  if (message.kind === 'response') return message;
  const parts = message.parts.map((part) => (part.kind === 'user-prompt' ? { ...part, content: '…' } : part));
  return { ...message, parts };
}

describe('a final answer beside a function call', () => {
  const both = [{ tool: 'work' }, final({ word: 'yes' }), final({ word: 7 })];

  it.each([
    [
      'early',
      0,
      [
        'Tool not executed - a final result was already processed.',
        'Final result processed.',
        'Output tool not used - a final result was already processed.',
      ],
    ],
    [
      'graceful',
      1,
      ['worked', 'Final result processed.', 'Output tool not used - a final result was already processed.'],
    ],
    ['exhaustive', 1, ['worked', 'Final result processed.', [{ path: 'word' }]]],
  ] as const)('with endStrategy %s runs %i functions', async (endStrategy, executions, told) => {
    let executed = 0;
    const work = defineTool({
      name: 'work',
      description: 'x',
      input: z.object({}),
      execute: () => {
        executed++;
        return 'worked';
      },
    });
    const agent = defineAgent({
      name: 'ending',
      model: scriptedModel([both]),
      tools: [work],
      output: word,
      endStrategy,
    });
    const result = await run(agent);
    expect(result.output).toEqual({ word: 'yes' });
    expect(executed).toBe(executions);
    expect(result.usage).toMatchObject({ requests: 1, toolCalls: executions });
    const [, , returns] = await result.allMessages();
    expect(returns?.parts).toMatchObject(told.map((content) => ({ content })));
  });

  it('is set aside when the function asks for a retry, unless the strategy is early', async () => {
    const work = defineTool({
      name: 'work',
      description: 'x',
      input: z.object({}),
      execute: (_, { retry }) => {
        if (retry === 0) throw new ModelRetry('Once more.');
        return 'worked';
      },
    });
    const model = scriptedModel([
      [{ tool: 'work' }, final({ word: 'too soon' })],
      [{ tool: 'work' }, final({ word: 'now' })],
    ]);
    const result = await run(defineAgent({ name: 'ending', model, tools: [work], output: word }));
    expect(result.output).toEqual({ word: 'now' });
    expect(lastTold(model)).toMatchObject([
      { kind: 'retry-prompt', content: 'Once more.' },
      { content: 'Output not used as the final result - addressing tool retries from this round first.' },
    ]);
  });
});
