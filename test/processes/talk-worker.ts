// A worker whose agent answers each prompt with what it heard; every third turn it looks something up first. Its model
// decides from the messages alone, so that any process can go on.
import { randomUUID } from 'node:crypto';
import { defineAgent, defineTool } from 'perdure';
import { type Answer, functionModel } from 'perdure/testing';
import { z } from 'zod';
import { logCall } from '../support/call-log';
import { programOptions, runWorker } from './run-worker';

const { address, taskQueue, file } = programOptions<{ address: string; taskQueue: string; file: string }>();

const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks a number up.',
  input: z.object({ number: z.int() }),
  execute: ({ number }, { runId }) => {
    logCall(file, { kind: 'tool-end', run: runId, step: 0 });
    return { number, text: 'x'.repeat(200) };
  },
});

const model = functionModel((messages): Answer => {
  const last = messages.at(-1)?.parts.at(-1);
  const marker = randomUUID();
  const usage = { inputTokens: 20, outputTokens: 5 };
  logCall(file, { kind: 'model-end', run: 'talk', step: messages.length, marker });
  if (last?.kind === 'tool-return') return { text: `looked ${marker}`, usage };
  const number = last?.kind === 'user-prompt' ? Number(last.content) : 0;
  return number % 3 === 0
    ? { calls: [{ tool: 'look_up', args: { number } }], usage }
    : { text: `heard ${number} after ${messages.length - 1} messages ${marker}`, usage };
});

const talk = defineAgent({ name: 'talk', model, tools: [lookUp], heartbeatTimeout: '1s' });

void runWorker({ agents: [talk], taskQueue, connection: { address } });
