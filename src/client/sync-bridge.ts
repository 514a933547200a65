import type { UserPrompt } from '../common/messages';
import type { RunOutcome } from '../common/wire';
import type { ResolvedSettings } from '../connection';
import type { LargePayloadOptions } from '../storage';
import type { ErrorRecord } from './error-record';
import type { AnyRunOptions } from './run-options';

/*
 * What `runSync` and its thread tell each other. Both ways as JSON text: a structured clone would lose the classes of
 * errors half-way, and fail at what JSON drops.
 */

export interface SyncRequest {
  /** Resolved by the caller: the thread's environment is a copy from when it was started. */
  readonly settings: ResolvedSettings;
  readonly taskQueue: string;
  readonly large: LargePayloadOptions;
  readonly agent: string;
  readonly prompt: UserPrompt | undefined;
  readonly options: Omit<AnyRunOptions, 'deadline'>;
  /** As text: JSON has no dates. */
  readonly deadline: string | undefined;
}

export type SyncOutcome = Omit<RunOutcome, 'tail'>;

export type SyncAnswer =
  { readonly runId: string; readonly outcome: SyncOutcome } | { readonly error: ErrorRecord };

/** Certificates are written as `Buffer`s write themselves; the client reads them back from that. */
export function toText(value: SyncRequest | SyncAnswer): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item instanceof Uint8Array ? Buffer.from(item).toJSON() : item,
  );
}

export function fromText<Value extends SyncRequest | SyncAnswer>(text: string): Value {
  return JSON.parse(text) as Value; // written by `toText`
}
