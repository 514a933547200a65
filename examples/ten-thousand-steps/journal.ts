import { appendFileSync, readFileSync } from 'node:fs';

/** Set for workers: a file that outlives them. */
export const JOURNAL_VARIABLE = 'STEPS_JOURNAL';

/** Something that a worker does, be it for the first time or again. */
export type Entry =
  | { readonly kind: 'model'; readonly key: string; readonly tokens: number }
  | { readonly kind: 'tool'; readonly key: string };

/** Writes down that it is done now. A worker that is killed right after has written it. */
export function record(entry: Entry): void {
  const file = process.env[JOURNAL_VARIABLE];
  if (file) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export interface Count {
  /** How often it was done. */
  readonly times: number;
  /** How many different ones. */
  readonly different: number;
}

export interface JournalSummary {
  readonly model: Count;
  readonly tools: Count;
  /** Of the last request. */
  readonly tokens: number;
}

export function readJournal(file: string): JournalSummary {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const entries = lines.map((line) => JSON.parse(line) as Entry); // written above
  const requests = entries.filter(({ kind }) => kind === 'model');
  const last = requests.at(-1);
  return {
    model: countOf(requests),
    tools: countOf(entries.filter(({ kind }) => kind === 'tool')),
    tokens: last?.kind === 'model' ? last.tokens : 0,
  };
}

function countOf(entries: readonly Entry[]): Count {
  return { times: entries.length, different: new Set(entries.map(({ key }) => key)).size };
}
