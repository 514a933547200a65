import { Block, type BlockOptions } from './block';
import type { Contender } from './contenders/contender';
import { atATime } from './measure/at-a-time';
import type { Stage } from './stage';

/** V8 compiles what runs often; a worker that has just started is another one than after some thousand steps. */
const WARM_UP = { atATime: 5, calls: 5, runs: { full: 300, small: 5 } };

/** A contender whose worker is up and warm; whoever gets it stops it. */
export async function startWarm(
  stage: Stage,
  contender: Contender,
  { small, ...options }: BlockOptions & { readonly small: boolean },
): Promise<Block> {
  const block = new Block(stage, contender, options);
  await block.startWorker();
  try {
    const { calls, runs } = WARM_UP;
    await atATime(WARM_UP.atATime, small ? runs.small : runs.full, () => block.run({ calls }));
    return block;
  } catch (error) {
    await block.stopWorker();
    throw error;
  }
}
