import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Block } from './block';
import type { Case, Figures, SideBySide } from './cases/case';
import { median } from './measure/statistics';
import type { CaseOptions, TurnResult } from './run-case';
import type { Stage } from './stage';
import { warmUp } from './warm-up';

/** For what the warm-up has left on the server, in milliseconds. */
const REST_AFTER_WARM_UP = 10_000;

/**
 * All workers live at once, and take turns within seconds: what slows the machine down meets them all. Each round has workers of
 * its own, as one may be compiled more luckily than the next.
 */
export async function* sideBySide(
  stage: Stage,
  one: Case & SideBySide,
  { rounds, small, profiles }: Omit<CaseOptions, 'tell'>,
): AsyncGenerator<TurnResult> {
  for (let round = 1; round <= rounds; round += 1) {
    const blocks = one.contenders.map((contender) => {
      const folder = profiles && path.join(profiles, `${one.number}-${contender.name}-${round}`);
      return new Block(stage, contender, { profiles: folder });
    });
    try {
      for (const block of blocks) await block.startWorker();
      await Promise.all(blocks.map((block) => warmUp(block, small))); // together: V8 forgets what an idle process has compiled
      await sleep(small ? 0 : REST_AFTER_WARM_UP);
      const order = round % 2 === 1 ? blocks : [...blocks].reverse(); // who goes first has rested less
      for (const [{ contender }, figures] of await takeTurns(order, one, small)) {
        yield { round, contender, figures: medianOf(figures) };
      }
    } finally {
      for (const block of blocks) await block.stopWorker();
    }
  }
}

/**
 * Slices are short and go A B, B A, …; stints go A B, A B, …, so that both have idled equally long before each: an idle worker is a
 * slow one at first.
 */
async function takeTurns(
  blocks: readonly Block[],
  { stints, slices = 1, rest }: SideBySide,
  small: boolean,
): Promise<ReadonlyMap<Block, Figures[]>> {
  const found = new Map<Block, Figures[]>(blocks.map((block) => [block, []]));
  for (const stint of stints) {
    for (let slice = 1; slice <= (small ? 1 : slices); slice += 1) {
      for (const [block, figures] of slice % 2 === 1 ? found : [...found].reverse()) {
        await sleep(small ? 0 : rest);
        figures.push(await stint(block, small));
      }
    }
  }
  return found;
}

/** Of each figure, wherever it was found. */
function medianOf(found: readonly Figures[]): Figures {
  const ids = new Set(found.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...ids].map((id) => [id, median(found.flatMap((figures) => figures[id] ?? []))]),
  );
}
