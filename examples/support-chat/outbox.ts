import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { findPresent, Presence, writeWhole } from './presence';

const outgoingSchema = z.object({
  turnId: z.string(),
  by: z.string(),
  kind: z.enum(['send', 'retry']),
  prompt: z.string(),
  /** Where the terminal announced itself that sends it. */
  terminal: z.string(),
});

/** A turn that is about to be sent, or whose answer nobody has seen yet. */
export type Outgoing = z.output<typeof outgoingSchema>;

/**
 * Turns of a conversation from before they are sent until their answers are there, in files. A terminal that dies in
 * between leaves one behind: the next one sends the same turn id again, and gets the answer of the same turn.
 */
export class Outbox {
  readonly #folder: string;
  readonly #terminal: string;
  readonly #presence: Presence | undefined;

  constructor(
    folder: string,
    conversationId: string,
    private readonly by: string,
  ) {
    const name = createHash('sha256').update(conversationId).digest('hex').slice(0, 16); // an id may hold anything
    this.#folder = path.join(folder, 'outbox', name);
    this.#terminal = path.join(folder, 'terminals', `${process.pid}.present`);
    this.#presence = Presence.announce(this.#terminal);
  }

  /** Writes down what is about to be sent. */
  put({ kind, prompt }: Pick<Outgoing, 'kind' | 'prompt'>): Outgoing {
    const turnId = `${Date.now().toString(36)}-${randomUUID().slice(0, 8)}`;
    return this.#write({ turnId, by: this.by, kind, prompt, terminal: this.#terminal });
  }

  remove({ turnId }: Outgoing): void {
    rmSync(this.#fileOf(turnId), { force: true });
  }

  /** Takes over what a terminal of the same person has left behind, oldest first. */
  takeOver(): readonly Outgoing[] {
    const left = this.#all().filter(
      ({ by, terminal }) => by === this.by && findPresent(terminal) === undefined,
    );
    return left.map((outgoing) => this.#write({ ...outgoing, terminal: this.#terminal }));
  }

  close(): void {
    this.#presence?.leave();
  }

  #all(): readonly Outgoing[] {
    mkdirSync(this.#folder, { recursive: true });
    const files = readdirSync(this.#folder).filter((name) => name.endsWith('.turn'));
    return files.toSorted().map((name) => {
      return outgoingSchema.parse(JSON.parse(readFileSync(path.join(this.#folder, name), 'utf8')));
    });
  }

  #write(outgoing: Outgoing): Outgoing {
    mkdirSync(this.#folder, { recursive: true });
    writeWhole(this.#fileOf(outgoing.turnId), JSON.stringify(outgoing));
    return outgoing;
  }

  #fileOf(turnId: string): string {
    return path.join(this.#folder, `${turnId}.turn`);
  }
}
