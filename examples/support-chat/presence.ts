import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const presentSchema = z.object({
  pid: z.int(),
  /** Whether it does its work yet. */
  isReady: z.boolean(),
  /** Of a server. */
  address: z.string().optional(),
  uiUrl: z.string().optional(),
  /** Of a worker: what it was started with. */
  version: z.string().optional(),
});

/** A process of this example, and what others need to know of it. */
export type Present = z.output<typeof presentSchema>;

const HEARTBEAT_INTERVAL = 1_000;

/** After a restart of the machine a process id may be another one's: only a file that is touched tells of a process. */
const MAX_SILENCE = 10_000;

/** The process that announced itself in a file, if it lives. */
export function findPresent(file: string): Present | undefined {
  try {
    const present = presentSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const silence = Date.now() - statSync(file).mtimeMs;
    return silence < MAX_SILENCE && isAlive(present.pid) ? present : undefined;
  } catch {
    return undefined; // nobody announced itself, or has just begun to
  }
}

/** Says in a file that this process lives, as long as it does. */
export class Presence {
  readonly #heartbeat: NodeJS.Timeout;
  #facts: Omit<Present, 'pid'> = { isReady: false };

  private constructor(private readonly file: string) {
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_INTERVAL).unref();
  }

  /** Nothing when another process has announced itself there, and lives. */
  static announce(file: string): Presence | undefined {
    if (findPresent(file) !== undefined) return undefined;
    mkdirSync(path.dirname(file), { recursive: true });
    rmSync(file, { force: true });
    try {
      writeFileSync(file, toText({ isReady: false }), { flag: 'wx' });
    } catch {
      return undefined; // somebody else was faster
    }
    return new Presence(file);
  }

  /** Whether the file still tells of this process: after it was stopped for a while, another one may have taken over. */
  get isMine(): boolean {
    const present = findPresent(this.file);
    return present === undefined || present.pid === process.pid;
  }

  ready(facts: Omit<Present, 'pid' | 'isReady'> = {}): void {
    this.#facts = { ...facts, isReady: true };
    if (this.isMine) this.#write();
  }

  leave(): void {
    clearInterval(this.#heartbeat);
    if (this.isMine) rmSync(this.file, { force: true });
  }

  #beat(): void {
    if (!this.isMine) return;
    try {
      const now = new Date();
      utimesSync(this.file, now, now);
    } catch {
      this.#write(); // somebody tidied up
    }
  }

  #write(): void {
    mkdirSync(path.dirname(this.file), { recursive: true });
    writeWhole(this.file, toText(this.#facts));
  }
}

/** Readers see the old content or the new one, nothing between. */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { flush: true });
  renameSync(draft, file);
}

function toText(facts: Omit<Present, 'pid'>): string {
  return JSON.stringify({ pid: process.pid, ...facts });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Killed, and not yet collected by its parent: Linux still lists it. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // another system
  }
}
