/** A request of a run that is watched. */
export interface JournalEntry {
  readonly position: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly refused: boolean;
}

/** What watched runs asked for, in order. */
export class Journal {
  readonly #runs = new Map<string, JournalEntry[]>();
  #wake: (() => void)[] = [];

  note(run: string, entry: JournalEntry): void {
    this.#runs.set(run, [...this.read(run), entry]);
    const woken = this.#wake;
    this.#wake = [];
    for (const wake of woken) wake();
  }

  read(run: string): readonly JournalEntry[] {
    return this.#runs.get(run) ?? [];
  }

  /** Resolves when the run has made so many requests in all. */
  async untilRequests(run: string, requests: number): Promise<JournalEntry> {
    for (;;) {
      const entry = this.read(run)[requests - 1];
      if (entry !== undefined) return entry;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}
