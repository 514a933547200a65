import type { Case, Figures } from './cases/case';
import type { Contender, ContenderName } from './contenders/contender';
import { oneByOne } from './one-by-one';
import { sideBySide } from './side-by-side';
import { openStage } from './stage';

export interface CaseOptions {
  readonly rounds: number;
  readonly small: boolean;
  /** Where profiles of each worker's CPU go. @default none are made */
  readonly profiles?: string | undefined;
  readonly tell: (message: string) => void;
}

/** What a contender's turn found. */
export interface TurnResult {
  /** From 1. */
  readonly round: number;
  readonly contender: Contender;
  readonly figures: Figures;
}

export interface Measured {
  readonly serverVersion: string;
  readonly samples: Partial<Record<ContenderName, Figures[]>>;
}

/** All contenders in turn, round after round. */
export async function runCase(one: Case, { tell, ...options }: CaseOptions): Promise<Measured> {
  const rounds = Math.min(one.rounds ?? Infinity, options.rounds);
  const stage = await openStage();
  const samples: Measured['samples'] = {};
  tell(`${one.number}. ${one.title}`);
  const settings = { ...options, rounds };
  try {
    const turns = 'stints' in one ? sideBySide(stage, one, settings) : oneByOne(stage, one, settings);
    for await (const { round, contender, figures } of turns) {
      (samples[contender.name] ??= []).push(figures);
      tell(`  ${round}/${rounds} ${contender.name}: ${describe(one, figures)}`);
    }
  } finally {
    await stage.close();
  }
  return { serverVersion: stage.serverVersion, samples };
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
