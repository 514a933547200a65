import type { Block, BlockOptions } from '../block';
import type { Contender, ContenderName } from '../contenders/contender';
import type { Stage } from '../stage';

/** What one turn found: numbers by the ids of the case's figures. What could not be measured is not there. */
export type Figures = Readonly<Record<string, number>>;

/** One kind of number that a case finds. */
export interface Figure {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** Behind the point. @default 1 */
  readonly digits?: number;
  readonly targets?: readonly Target[];
}

/** What must be reached: a number, or a ratio against the same number of another contender in the same round. */
export type Target = ({ readonly atMost: number } | { readonly atLeast: number }) & {
  /** @default 'perdure' */
  readonly of?: ContenderName;
  readonly against?: ContenderName;
};

/** One of the questions that the benchmark answers. */
export type Case = (SideBySide | OneByOne) & {
  readonly number: number;
  readonly title: string;
  /** What is done and measured, for readers of the results. */
  readonly about: string;
  /** This library first. */
  readonly contenders: readonly Contender[];
  readonly figures: readonly Figure[];
  /** How often all take their turn, where more would say no more. @default what the command line says */
  readonly rounds?: number;
};

/** For what depends on the machine's mood: all workers live at once, and turns are short. */
export interface SideBySide {
  /** What a turn consists of: all contenders do the first one, then all the second, in the same order. */
  readonly stints: readonly Stint[];
  /** How often they do each in a round, in changing order; the median of each figure counts. @default 1 */
  readonly slices?: number;
  /** Before each, in milliseconds: for what others have left on the server. */
  readonly rest: number;
}

/** Measures some seconds, or less. */
export type Stint = (block: Block, small: boolean) => Promise<Figures>;

/** For what depends on the worker: each turn has one of its own. */
export interface OneByOne {
  readonly measure: (turn: Turn) => Promise<Figures>;
}

/** One contender's turn. */
export interface Turn {
  readonly stage: Stage;
  readonly contender: Contender;
  /** To see whether everything works; the figures mean nothing. */
  readonly small: boolean;
  /** Starts a worker and warms it up; it ends with the work. */
  readonly inBlock: (work: (block: Block) => Promise<Figures>, options?: BlockOptions) => Promise<Figures>;
}
