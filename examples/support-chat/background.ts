// How the programs in the background come, stay and go: the server and the worker outlive the terminals that started them.
import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Presence, type Present } from './presence';

/** Its own: another agent of the same name may be served on the usual one. */
export const TASK_QUEUE = 'support-chat';

export type ProgramName = 'server' | 'worker';

/** What a program is once it runs. */
export interface Running {
  readonly facts: Omit<Present, 'pid' | 'isReady'>;
  /** Settles when it ends by itself. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Runs this process as a program of that name, unless another process is it. Ends it some time after the last terminal. */
export function runInBackground(name: ProgramName, start: (folder: string) => Promise<Running>): void {
  const [, , folder = ''] = process.argv;
  serve(presenceFile(folder, name), folder, start).then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}

async function serve(
  file: string,
  folder: string,
  start: (folder: string) => Promise<Running>,
): Promise<void> {
  const presence = Presence.announce(file);
  if (presence === undefined) return;
  try {
    const running = await start(folder);
    presence.ready(running.facts);
    await Promise.race([running.ended, untilAskedToEnd(), untilSuperfluous(folder, presence)]);
    await running.stop();
  } finally {
    presence.leave();
  }
}

export function presenceFile(folder: string, name: ProgramName): string {
  return path.join(folder, `${name}.present`);
}

/** Touched by terminals as long as they are open. */
export function lastUseFile(folder: string): string {
  return path.join(folder, 'last-use');
}

/** How long they stay after the last terminal: for the turn that it left behind, and for the next terminal. */
const STAY = 10 * 60_000;

const LOOK_INTERVAL = 1_000;

function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => process.once('SIGTERM', () => resolve()));
}

async function untilSuperfluous(folder: string, presence: Presence): Promise<void> {
  let lastUse = Date.now();
  while (presence.isMine && Date.now() - lastUse < STAY) {
    await sleep(LOOK_INTERVAL);
    const touched = statSync(lastUseFile(folder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    lastUse = Math.max(lastUse, touched);
  }
}
