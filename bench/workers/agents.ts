import { defineAgent, defineTool } from 'perdure';
import { z } from 'zod';
import { INSTRUCTIONS, MODEL, readPage, TOOL } from '../task';

const tool = { ...TOOL, input: z.object({ page: z.number(), bytes: z.number() }), execute: readPage };

const agent = {
  model: `openai-chat:${MODEL}`,
  instructions: INSTRUCTIONS,
  usageLimits: { requestLimit: null },
};

export const reader = defineAgent({ ...agent, name: 'reader', tools: [defineTool(tool)] });

export const localReader = defineAgent({
  ...agent,
  name: 'local-reader',
  tools: [defineTool({ ...tool, local: true })],
});
