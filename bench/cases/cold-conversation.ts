import { randomUUID } from 'node:crypto';
import type { Block } from '../block';
import { perdure } from '../contenders/perdure';
import type { JournalEntry } from '../provider/journal';
import type { Script } from '../provider/script';
import type { Case, Figures } from './case';

/** Together 4 MiB. */
const ANSWER_BYTES = 64 * 1024;
const TURNS = { full: 64, small: 4 };

export const coldConversation: Case = {
  number: 10,
  title: 'The first answer of a 4 MiB conversation on a new worker',
  about:
    'A conversation of 64 turns, each answered with 64 KB, on a worker that has it in memory; then the same turn on a worker that was just started. From the sending of the turn until its request reaches the model, and until its answer is there. Only this library: the fast floor has lost the conversation, and the whole prompt is larger than what Temporal takes as one input.',
  contenders: [perdure],
  figures: [
    { id: 'cold-request', label: 'sent to request, new worker', unit: 'ms' },
    { id: 'warm-request', label: 'sent to request, old worker', unit: 'ms' },
    { id: 'cold-answer', label: 'sent to answer, new worker', unit: 'ms' },
    { id: 'warm-answer', label: 'sent to answer, old worker', unit: 'ms' },
    { id: 'overhead', label: 'first answer, what the new worker adds', unit: 'ms' },
  ],
  measure: ({ inBlock, small }) => inBlock((block) => changeWorkers(block, small ? TURNS.small : TURNS.full)),
};

async function changeWorkers(block: Block, turns: number): Promise<Figures> {
  const id = randomUUID();
  for (let turn = 1; turn < turns; turn += 1) await block.chat(id)({ calls: 0, answerBytes: ANSWER_BYTES });
  const warm = await takeTurn(block, id);
  await block.stopWorker();
  await block.startWorker();
  const cold = await takeTurn(block, id);
  return {
    'cold-request': cold.request,
    'warm-request': warm.request,
    'cold-answer': cold.answer,
    'warm-answer': warm.answer,
    overhead: cold.answer - warm.answer,
  };
}

/** How long it took, in milliseconds. */
async function takeTurn(block: Block, id: string): Promise<{ request: number; answer: number }> {
  const script: Script & { journal: string } = {
    calls: 0,
    answerBytes: ANSWER_BYTES,
    journal: randomUUID(),
  };
  const sentAt = performance.timeOrigin + performance.now();
  const answer = await block.chat(id)(script);
  const journal = await block.stage.provider.ask('journal', script.journal);
  return { request: asked(journal[0]) - sentAt, answer };
}

function asked(request: JournalEntry | undefined): number {
  if (request === undefined) throw new Error('the turn made no request');
  return request.at;
}
