import path from 'node:path';
import type { BlockOptions } from './block';
import type { Case, OneByOne } from './cases/case';
import type { CaseOptions, TurnResult } from './run-case';
import type { Stage } from './stage';
import { startWarm } from './start-warm';

/** A worker of its own for each turn, and only one at a time. */
export async function* oneByOne(
  stage: Stage,
  { number, contenders, measure }: Case & OneByOne,
  { rounds, small, profiles }: Omit<CaseOptions, 'tell'>,
): AsyncGenerator<TurnResult> {
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const folder = profiles && path.join(profiles, `${number}-${contender.name}-${round}`);
      const inBlock: Parameters<typeof measure>[0]['inBlock'] = async (work, options: BlockOptions = {}) => {
        const block = await startWarm(stage, contender, { ...options, profiles: folder, small });
        try {
          return await work(block);
        } finally {
          await block.stopWorker();
        }
      };
      yield { round, contender, figures: await measure({ stage, contender, small, inBlock }) };
    }
  }
}
