import type { Block } from './block';
import { atATime } from './measure/at-a-time';

/** V8 compiles what runs often; a worker that has just started is another one than after some thousand steps. */
const WARM_UP = { atATime: 5, calls: 5, runs: { full: 300, small: 5 } };

export async function warmUp(block: Block, small: boolean): Promise<void> {
  const { calls, runs } = WARM_UP;
  await atATime(WARM_UP.atATime, small ? runs.small : runs.full, () => block.run({ calls }));
}
