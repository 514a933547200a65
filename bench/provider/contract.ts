import type { JournalEntry } from './journal';

/** What came in and went out since the start. */
export interface Counters {
  readonly requests: number;
  readonly refused: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** What the provider can be asked. */
export interface ProviderContract {
  baseURL(): string;
  counters(): Counters;
  /** In milliseconds. */
  cpu(): number;
  journal(run: string): readonly JournalEntry[];
  untilRequests(wanted: { readonly run: string; readonly requests: number }): Promise<JournalEntry>;
}
