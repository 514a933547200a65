// Needs a real Temporal server.
import { z } from 'zod';
import { defineAgent, defineTool } from 'perdure';
import { scriptedModel } from 'perdure/testing';
import { serve } from '../support/serve';

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ left: z.number(), right: z.number() }),
  execute: ({ left, right }) => left + right,
});

describe('a run', () => {
  it('asks the model, calls its tools, and returns the answer with exact usage', async () => {
    const model = scriptedModel([[{ tool: 'add', args: { left: 1, right: 2 } }], 'Three.']);
    const { client, stop } = await serve([defineAgent({ name: 'adder', model, tools: [add] })]);
    const result = await client.run('adder', 'What is 1 + 2?');
    expect(result.output).toBe('Three.');
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 1, inputTokens: 20, outputTokens: 10 });
    expect(await result.allMessages()).toHaveLength(4);
    model.assertFinished();
    await stop();
  });
});
