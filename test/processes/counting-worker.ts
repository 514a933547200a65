// A worker whose agent counts: `count N` takes N calls of a tool, one after the other. Any process can go on with it.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, defineTool, type ModelMessage } from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { programOptions, runWorker } from './run-worker';

const { taskQueue, latency, address } = programOptions<{
  taskQueue: string;
  /** Of a call of the tool, in milliseconds. */
  latency: number;
  address?: string;
}>();

const count = defineTool({
  name: 'count',
  description: 'Counts on.',
  input: z.object({ to: z.number() }),
  execute: async ({ to }, { signal }) => {
    await sleep(latency, undefined, { signal });
    return to;
  },
});

const model = functionModel((messages) => {
  const prompt = messages.findLastIndex(({ parts }) => parts.some(({ kind }) => kind === 'user-prompt'));
  const [, times = '0'] = /count (\d+)/.exec(JSON.stringify(messages[prompt])) ?? [];
  const done = messages.slice(prompt).filter(isReturn).length;
  if (done < Number(times)) return [{ tool: 'count', args: { to: done + 1 } }];
  return {
    text: `${times} counted, ${messages.length} messages`,
    usage: { inputTokens: 10, outputTokens: 5 },
  };
});

function isReturn({ parts }: ModelMessage): boolean {
  return parts.some(({ kind }) => kind === 'tool-return');
}

void runWorker({
  agents: [defineAgent({ name: 'counter', model, tools: [count], heartbeatTimeout: 1_000 })],
  taskQueue,
  ...(address === undefined ? {} : { connection: { address } }),
});
