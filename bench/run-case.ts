import path from 'node:path';
import { Block, type BlockOptions } from './block';
import type { Case, Figures } from './cases/case';
import type { Contender, ContenderName } from './contenders/contender';
import { atATime } from './measure/at-a-time';
import { openStage } from './stage';

/** V8 compiles what runs often; a worker that has just started is another one than after some thousand steps. */
const WARM_UP = { atATime: 5, calls: 5, runs: { full: 300, small: 5 } };

export interface CaseOptions {
  readonly rounds: number;
  readonly small: boolean;
  /** Where profiles of each worker's CPU go. @default none are made */
  readonly profiles?: string | undefined;
  readonly tell: (message: string) => void;
}

export interface Measured {
  readonly serverVersion: string;
  readonly samples: Partial<Record<ContenderName, Figures[]>>;
}

/** All contenders in turn, round after round. */
export async function runCase(one: Case, options: CaseOptions): Promise<Measured> {
  const { tell } = options;
  const rounds = Math.min(one.rounds ?? Infinity, options.rounds);
  const stage = await openStage();
  const samples: Measured['samples'] = {};
  tell(`${one.number}. ${one.title}`);
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const contender of one.contenders) {
        const { small } = options;
        const inBlock = workInBlock(stage, contender, {
          small,
          profiles:
            options.profiles && path.join(options.profiles, `${one.number}-${contender.name}-${round}`),
        });
        const figures = await one.measure({ stage, contender, small, inBlock });
        (samples[contender.name] ??= []).push(figures);
        tell(`  ${round}/${rounds} ${contender.name}: ${describe(one, figures)}`);
      }
    }
  } finally {
    await stage.close();
  }
  return { serverVersion: stage.serverVersion, samples };
}

function workInBlock(
  stage: Block['stage'],
  contender: Contender,
  { small, profiles }: Pick<CaseOptions, 'small' | 'profiles'>,
) {
  return async (work: (block: Block) => Promise<Figures>, options: BlockOptions = {}): Promise<Figures> => {
    const block = new Block(stage, contender, { ...options, profiles });
    await block.startWorker();
    try {
      const { calls, runs } = WARM_UP;
      await atATime(WARM_UP.atATime, small ? runs.small : runs.full, () => block.run({ calls }));
      return await work(block);
    } finally {
      await block.stopWorker();
    }
  };
}

/** What something is to be reached in, or all. */
function describe({ figures }: Case, found: Figures): string {
  const aimed = figures.filter(({ targets }) => targets !== undefined);
  return (aimed.length === 0 ? figures : aimed)
    .flatMap(({ id, label, unit, digits = 1 }) => {
      const value = found[id];
      return value === undefined ? [] : [`${label} ${value.toFixed(digits)} ${unit}`.trim()];
    })
    .join(', ');
}
