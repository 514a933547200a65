import path from 'node:path';
import { Block } from './block';
import type { Case, OneByOne, Turn } from './cases/case';
import type { CaseOptions, TurnResult } from './run-case';
import type { Stage } from './stage';
import { warmUp } from './warm-up';

/** A worker of its own for each turn, and only one at a time. */
export async function* oneByOne(
  stage: Stage,
  { number, contenders, measure }: Case & OneByOne,
  { rounds, small, profiles }: Omit<CaseOptions, 'tell'>,
): AsyncGenerator<TurnResult> {
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const folder = profiles && path.join(profiles, `${number}-${contender.name}-${round}`);
      const inBlock: Turn['inBlock'] = async (work, options) => {
        const block = new Block(stage, contender, { ...options, profiles: folder });
        try {
          await block.startWorker();
          await warmUp(block, small);
          return await work(block);
        } finally {
          await block.stopWorker();
        }
      };
      yield { round, contender, figures: await measure({ stage, contender, small, inBlock }) };
    }
  }
}
