// A worker whose agent takes a prompt's number of steps, one tool call in each, and then sums up what the tool returned.
// Its model decides from the messages alone, so that any process can go on.
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, defineTool, type ModelMessage } from 'perdure';
import { type Answer, functionModel } from 'perdure/testing';
import { z } from 'zod';
import { logCall } from '../support/call-log';
import { programOptions, runWorker } from './run-worker';

const { taskQueue, file, latency, heartbeatTimeout, maxCachedWorkflows } = programOptions<{
  taskQueue: string;
  file: string;
  /** Of a model call, in milliseconds; a tool takes a third of it. */
  latency: number;
  heartbeatTimeout?: number;
  maxCachedWorkflows?: number;
}>();

const pace = defineTool({
  name: 'pace',
  description: 'Takes one step.',
  input: z.object({ step: z.int() }),
  execute: async ({ step }, { runId, signal }) => {
    await sleep(latency / 3, undefined, { signal });
    logCall(file, { kind: 'tool-end', run: runId, step });
    return step + 1;
  },
});

const model = functionModel(async (messages, { signal }): Promise<Answer> => {
  const { run, steps } = promptOf(messages);
  const step = messages.filter(({ kind }) => kind === 'response').length;
  logCall(file, { kind: 'model-start', run, step, seen: hashOf(messages) });
  await sleep(latency / 2 + randomInt(latency), undefined, { signal });
  const marker = randomUUID();
  const usage = { inputTokens: randomInt(1_000), outputTokens: randomInt(100) };
  const answer =
    step < steps
      ? { text: marker, calls: [{ tool: 'pace', args: { step } }], usage }
      : { text: `${sumOf(messages)} ${marker}`, usage };
  logCall(file, { kind: 'model-end', run, step, marker });
  return answer;
});

/** The prompt reads `RUN STEPS`. */
function promptOf([first]: readonly ModelMessage[]): { run: string; steps: number } {
  const prompt = first?.kind === 'request' ? first.parts[0] : undefined;
  const [run = '', steps] = prompt?.kind === 'user-prompt' ? String(prompt.content).split(' ') : [];
  return { run, steps: Number(steps) };
}

function sumOf(messages: readonly ModelMessage[]): number {
  const parts = messages.flatMap((message) => (message.kind === 'request' ? message.parts : []));
  return parts.reduce((sum, part) => (part.kind === 'tool-return' ? sum + Number(part.content) : sum), 0);
}

function hashOf(messages: readonly ModelMessage[]): string {
  return createHash('sha256').update(JSON.stringify(messages)).digest('hex');
}

void runWorker({
  agents: [
    defineAgent({
      name: 'walk',
      model,
      tools: [pace],
      usageLimits: { requestLimit: 100 },
      ...(heartbeatTimeout === undefined ? {} : { heartbeatTimeout }),
    }),
  ],
  taskQueue,
  temporal: maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows },
});
