// Needs a real Temporal server.
import { defineAgent, defineTool } from 'perdure';
import { z } from 'zod';
import {
  chatText,
  chatToolCall,
  responsesText,
  responsesToolCall,
  startOpenAIServer,
} from '../support/openai-server';
import { serve } from '../support/serve';

const double = defineTool({
  name: 'double',
  description: 'Doubles a number.',
  input: z.object({ number: z.number() }),
  execute: ({ number }) => number * 2,
});

const openaiBaseUrl = process.env['OPENAI_BASE_URL'];

afterEach(() => {
  if (openaiBaseUrl === undefined) delete process.env['OPENAI_BASE_URL'];
  else process.env['OPENAI_BASE_URL'] = openaiBaseUrl;
});

it.each([
  ['openai:gpt-5-mini', '/responses', responsesToolCall, responsesText],
  ['openai-chat:gpt-5-mini', '/chat/completions', chatToolCall, chatText],
] as const)(
  'a run with %s asks over HTTP, calls its tool, and returns the answer',
  async (model, path, toolCall, text) => {
    const provider = await startOpenAIServer([
      { body: toolCall('double', { number: 21 }, { input: 30, output: 4 }) },
      { body: text('It is 42.', { input: 50, output: 6 }) },
    ]);
    process.env['OPENAI_BASE_URL'] = provider.baseURL;
    const agent = defineAgent({ name: 'doubler', model, instructions: 'Be brief.', tools: [double] });
    const { client, stop } = await serve([agent]);
    const result = await client.run(agent, 'What is twice 21?');
    expect(result.output).toBe('It is 42.');
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 1, inputTokens: 80, outputTokens: 10 });
    expect(provider.requests.map((request) => request.path.endsWith(path))).toEqual([true, true]);
    expect(JSON.stringify(provider.requests[1]?.body)).toContain('42');
    await stop();
    await provider.close();
  },
);
