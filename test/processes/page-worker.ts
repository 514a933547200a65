// A worker whose agents read as many pages as their prompt says, some with each response, and log what they do. Their
// model goes by the last message alone, so that any process can go on, whatever was compacted.
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defineAgent, defineTool, keepLast, type ModelMessage, type ModelResponse } from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { estimateTokens } from '../../src/common/token-estimate';
import { logCall } from '../support/call-log';
import { noise } from '../support/noise';
import type { ReaderOptions } from '../support/page-readers';
import { programOptions, runWorker } from './run-worker';

const { address, taskQueue, file, pageSize, pagesPerResponse, agents } = programOptions<ReaderOptions>();

const turn = defineTool({
  name: 'turn',
  description: 'Turns to a page.',
  input: z.object({ page: z.int() }),
  execute: ({ page }, { runId, idempotencyKey }) => {
    logCall(file, { kind: 'tool-end', run: runId, step: page, key: idempotencyKey });
    return `${page} ${noise(`page ${page}`, pageSize)}`;
  },
});

const model = functionModel((messages, { instructions = '' }) => {
  const page = nextPage(messages.at(-1));
  const tokens = messages.reduce((sum, message) => sum + estimateTokens(message), 0);
  logCall(file, { kind: 'model-start', run: instructions, step: page, tokens });
  return toResponse(page, pagesOf(messages[0]));
});

/** The prompt says how many. */
function pagesOf(first: ModelMessage | undefined): number {
  const [prompt] = first?.parts ?? [];
  return prompt?.kind === 'user-prompt' ? Number(prompt.content) : 0;
}

function nextPage(last: ModelMessage | undefined): number {
  const part = last?.parts.at(-1);
  return part?.kind === 'tool-return' ? Number.parseInt(String(part.content), 10) + 1 : 0;
}

const COMMON = {
  kind: 'response',
  usage: { inputTokens: 100, outputTokens: 10 },
  modelName: 'function',
} as const;

function toResponse(page: number, pages: number): ModelResponse {
  if (page >= pages) return { ...COMMON, parts: [{ kind: 'text', content: 'Read.' }], finishReason: 'stop' };
  const count = Math.min(pagesPerResponse, pages - page);
  const parts = Array.from({ length: count }, (_, index) => ({
    kind: 'tool-call' as const,
    toolName: 'turn',
    args: { page: page + index },
    toolCallId: `page-${page + index}`,
  }));
  return { ...COMMON, parts, finishReason: 'tool_call' };
}

const countQueries: WorkflowClientInterceptor = {
  query: (input, next) => {
    logCall(file, { kind: 'query', run: String(input.workflowExecution.workflowId), step: 0 });
    return next(input);
  },
};

void runWorker({
  agents: agents.map(({ name, rollOver, contextTokens }) =>
    defineAgent({
      name,
      model,
      tools: [turn],
      instructions: ({ runId }) => runId,
      usageLimits: { requestLimit: null },
      ...(rollOver === undefined ? {} : { rollOver }),
      ...(contextTokens === undefined
        ? {}
        : { compaction: { strategy: keepLast({ messages: 1_000 }), contextTokens } }),
    }),
  ),
  taskQueue,
  connection: { address },
  temporal: { interceptors: { client: { workflow: [countQueries] } } },
});
