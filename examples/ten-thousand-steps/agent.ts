import { defineAgent, defineTool, keepLast, ModelRetry } from 'perdure';
import { z } from 'zod';
import { readPage } from './book';
import { record } from './journal';
import { estimateTokens, offlineReader } from './offline-reader';

/** How long the book of a run is. */
const deps = z.object({ pages: z.int() });

const readPageTool = defineTool({
  name: 'read_page',
  description: 'Gives a page of the book, and the code of the next one.',
  input: z.object({ code: z.string().describe('The code of the page: 12-0abc12.') }),
  deps,
  execute: ({ code }, { deps: { pages }, idempotencyKey }) => {
    record({ kind: 'tool', key: idempotencyKey });
    const page = readPage(code, pages);
    if (page === undefined) throw new ModelRetry(`There is no page '${code}'.`);
    return page;
  },
});

/** Set to have other workflow runs go on sooner: bytes of history. */
export const ROLL_OVER_VARIABLE = 'STEPS_ROLL_OVER';

const rollOver = process.env[ROLL_OVER_VARIABLE];

export const reader = defineAgent({
  name: 'reader',
  model: process.env.OPENAI_API_KEY ? 'openai:gpt-5-nano' : offlineReader,
  instructions:
    'You read a book, one page after the other. Each page gives the code of the next one; the page without one is the ' +
    'last. Then tell how many pages it has, and the last word of the last page.',
  tools: [readPageTool],
  deps,
  output: z.object({ pages: z.int(), lastWord: z.string() }),
  // What the model reads of ten thousand pages. Without it, its context window would be full after a few hundred.
  compaction: { strategy: keepLast({ messages: 40 }), contextTokens: 40_000 },
  historyProcessors: [
    (messages, { runStep }) => {
      record({ kind: 'model', key: String(runStep), tokens: estimateTokens(messages) });
      return messages;
    },
  ],
  // How soon a dead worker is noticed.
  heartbeatTimeout: '3s',
  ...(rollOver ? { rollOver: { historyBytes: Number(rollOver) } } : {}),
});
