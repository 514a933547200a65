import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Block } from './block';
import type { Case, Figures, SideBySide } from './cases/case';
import { median } from './measure/statistics';
import type { CaseOptions, TurnResult } from './run-case';
import type { Stage } from './stage';
import { startWarm } from './start-warm';

/** Longer than a heartbeat time-out, whose timer the server clears when it is due. */
const REST = 6_000;

/** All workers live at once, and take turns within seconds: what slows the machine down meets them all. */
export async function* sideBySide(
  stage: Stage,
  { number, contenders, stints, slices = 1, rest = REST }: Case & SideBySide,
  { rounds, small, profiles }: Omit<CaseOptions, 'tell'>,
): AsyncGenerator<TurnResult> {
  const blocks: Block[] = [];
  try {
    for (const contender of contenders) {
      const folder = profiles && path.join(profiles, `${number}-${contender.name}`);
      blocks.push(await startWarm(stage, contender, { profiles: folder, small }));
    }
    for (let round = 1; round <= rounds; round += 1) {
      const found = new Map<Block, Figures[]>(blocks.map((block) => [block, []]));
      for (const stint of stints) {
        for (let slice = 1; slice <= (small ? 1 : slices); slice += 1) {
          for (const [block, figures] of found) {
            await sleep(small ? 0 : rest);
            figures.push(await stint(block, small));
          }
        }
      }
      for (const [{ contender }, figures] of found) yield { round, contender, figures: medianOf(figures) };
    }
  } finally {
    for (const block of blocks) await block.stopWorker();
  }
}

/** Of each figure, wherever it was found. */
function medianOf(found: readonly Figures[]): Figures {
  const ids = new Set(found.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...ids].map((id) => [id, median(found.flatMap((figures) => figures[id] ?? []))]),
  );
}
