import type { Client } from '@temporalio/client';

export type ContenderName = 'perdure' | 'perdure-local' | 'floor-delta' | 'floor-whole' | 'run' | 'runSync';

/** One of those that are compared. */
export interface Contender {
  readonly name: ContenderName;
  /** The program that serves it, in `bench/`. */
  readonly worker: string;
  /** Its runs, sent to one task queue. */
  connect(temporal: Client, taskQueue: string): Runs;
}

/** How a user of either side starts runs. */
export interface Runs {
  /** Resolves with the answer. */
  run(runId: string, prompt: string): Promise<unknown>;
  /** Resolves as soon as the server has the run. */
  start(runId: string, prompt: string): Promise<void>;
  /** The answer of a run that was started. */
  result(runId: string): Promise<unknown>;
  /** A conversation under this id, where the contender has any. */
  chat?(id: string): Chat;
}

/** Turns of one conversation. */
export interface Chat {
  /** Resolves with the answer. */
  send(turnId: string, prompt: string): Promise<unknown>;
}
