import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Block } from './block';
import type { Case, Figures, SideBySide } from './cases/case';
import type { CaseOptions, TurnResult } from './run-case';
import type { Stage } from './stage';
import { startWarm } from './start-warm';

/** Before each stint, in milliseconds: longer than a heartbeat time-out of 5 s, whose timers the server clears when they are due. */
const REST = { full: 6_000, small: 0 };

/** All workers live at once, and take turns within seconds: what slows the machine down meets them all. */
export async function* sideBySide(
  stage: Stage,
  { number, contenders, stints }: Case & SideBySide,
  { rounds, small, profiles }: Omit<CaseOptions, 'tell'>,
): AsyncGenerator<TurnResult> {
  const blocks: Block[] = [];
  try {
    for (const contender of contenders) {
      const folder = profiles && path.join(profiles, `${number}-${contender.name}`);
      blocks.push(await startWarm(stage, contender, { profiles: folder, small }));
    }
    for (let round = 1; round <= rounds; round += 1) {
      const found = blocks.map((block): { block: Block; figures: Figures } => ({ block, figures: {} }));
      for (const stint of stints) {
        for (const turn of found) {
          await sleep(small ? REST.small : REST.full);
          turn.figures = { ...turn.figures, ...(await stint(turn.block, small)) };
        }
      }
      for (const { block, figures } of found) yield { round, contender: block.contender, figures };
    }
  } finally {
    for (const block of blocks) await block.stopWorker();
  }
}
