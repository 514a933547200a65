// An agent that looks at page after page, and keeps no more of them in mind than its compaction leaves. Its model goes by
// the last message alone, and names its calls by their pages: with a compaction it does the same as without one.
import {
  type Agent,
  type CompactionOptions,
  defineAgent,
  defineTool,
  type ModelMessage,
  type ModelResponse,
  type UsageLimits,
} from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';

/** Characters of a page: 112 tokens for each call with its result. */
const PAGE_SIZE = 400;

export interface Looking {
  readonly compaction?: CompactionOptions;
  readonly rollOver?: object;
  readonly usageLimits?: UsageLimits;
  readonly onLimit?: 'final-answer';
  readonly pages: number;
  /** Told of all that the model is sent. */
  readonly onRequest?: (messages: readonly ModelMessage[]) => void;
  /** Told of each call, before it returns. */
  readonly onCall?: (page: number, runId: string) => unknown;
}

export function lookingAgent({ pages, onRequest, onCall, ...options }: Looking): Agent {
  const look = defineTool({
    name: 'look',
    description: 'Looks at a page.',
    input: z.object({ page: z.number() }),
    execute: async ({ page }, { runId }) => {
      await onCall?.(page, runId);
      return `${page} `.padEnd(PAGE_SIZE, 'x');
    },
  });
  const model = functionModel((messages) => {
    onRequest?.(messages);
    return answerTo(messages.at(-1), pages);
  });
  return defineAgent({
    name: 'looking',
    model,
    tools: [look],
    usageLimits: { requestLimit: null },
    ...options,
  });
}

function answerTo(last: ModelMessage | undefined, pages: number): ModelResponse {
  const part = last?.kind === 'request' ? last.parts.find(({ kind }) => kind === 'tool-return') : undefined;
  const page = part?.kind === 'tool-return' ? Number.parseInt(String(part.content), 10) + 1 : 0;
  return page < pages ? toCall(page) : toText('Seen.');
}

const COMMON = {
  kind: 'response',
  usage: { inputTokens: 10, outputTokens: 5 },
  modelName: 'function',
} as const;

function toCall(page: number): ModelResponse {
  const call = { kind: 'tool-call', toolName: 'look', args: { page }, toolCallId: `look-${page}` } as const;
  return { ...COMMON, parts: [call], finishReason: 'tool_call' };
}

function toText(content: string): ModelResponse {
  return { ...COMMON, parts: [{ kind: 'text', content }], finishReason: 'stop' };
}
