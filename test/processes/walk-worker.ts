// A worker whose agent takes a prompt's number of steps, one tool call in each, and then sums up what the tool returned.
// Its model decides from the messages alone, so that any process can go on.
import { randomInt, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defineAgent, defineTool, type JsonObject, type JsonValue, type ModelMessage } from 'perdure';
import { type Answer, functionModel } from 'perdure/testing';
import { z } from 'zod';
import { hashOf, logCall } from '../support/call-log';
import { programOptions, runWorker } from './run-worker';

const options = programOptions<{
  taskQueue: string;
  file: string;
  /** Of a model call, in milliseconds; a tool takes a third of it. */
  latency: number;
  /** Characters that the tool returns beside its number. @default 0 */
  scenery?: number;
  /** At this step the first process to get there blocks its thread for this long. */
  stall?: { step: number; milliseconds: number; lock: string };
  heartbeatTimeout?: number;
  rollOver?: { historyBytes: number; historyEvents: number };
  maxCachedWorkflows?: number;
  maxConcurrentActivityTaskExecutions?: number;
  enableNonLocalActivities?: boolean;
}>();
const { taskQueue, file, latency, scenery = 0, stall, heartbeatTimeout, rollOver, ...tuning } = options;

const pace = defineTool({
  name: 'pace',
  description: 'Takes one step.',
  input: z.object({ step: z.int() }),
  execute: async ({ step }, { runId, signal }) => {
    await sleep(latency / 3, undefined, { signal });
    logCall(file, { kind: 'tool-end', run: runId, step });
    return { step: step + 1, scenery: 'grün '.repeat(scenery / 5) };
  },
});

const model = functionModel(async (messages, { signal }): Promise<Answer> => {
  const { run, steps } = promptOf(messages);
  const step = messages.filter(({ kind }) => kind === 'response').length;
  logCall(file, { kind: 'model-start', run, step, seen: hashOf(messages) });
  await sleep(latency / 2 + randomInt(latency), undefined, { signal });
  if (step === stall?.step && isFirst(stall.lock)) block(stall.milliseconds);
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
  return parts.reduce((sum, part) => (part.kind === 'tool-return' ? sum + stepOf(part.content) : sum), 0);
}

function stepOf(returned: JsonValue): number {
  return isObject(returned) ? Number(returned['step']) : 0;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFirst(lock: string): boolean {
  try {
    writeFileSync(lock, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** No timer fires meanwhile, so no heartbeat goes out. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const countQueries: WorkflowClientInterceptor = {
  query: (input, next) => {
    logCall(file, { kind: 'query', run: String(input.workflowExecution.workflowId), step: 0 });
    return next(input);
  },
};

const walk = defineAgent({
  name: 'walk',
  model,
  tools: [pace],
  usageLimits: { requestLimit: 100 },
  ...(heartbeatTimeout === undefined ? {} : { heartbeatTimeout }),
  ...(rollOver === undefined ? {} : { rollOver }),
});

void runWorker({
  agents: [walk],
  taskQueue,
  temporal: { ...tuning, interceptors: { client: { workflow: [countQueries] } } },
});
