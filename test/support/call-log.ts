// What models and tools of other processes did: a file that every call appends to, so that it survives a kill.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelMessage } from 'perdure';

export interface LoggedCall {
  readonly kind: 'model-start' | 'model-end' | 'tool-end' | 'query';
  readonly run: string;
  /** Model responses before this one. */
  readonly step: number;
  /** Drawn for each answer, and part of it. */
  readonly marker?: string;
  /** Hash of the messages that the model was shown. */
  readonly seen?: string;
  /** How many tokens these have, as estimated. */
  readonly tokens?: number;
  /** The idempotency key of a tool's call. */
  readonly key?: string;
}

/** A logged call, the process that made it, and when. */
export interface LogLine extends LoggedCall {
  readonly pid: number;
  readonly at: number;
}

export function logCall(file: string, call: LoggedCall): void {
  const line: LogLine = { ...call, pid: process.pid, at: Date.now() };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export function readCalls(file: string): LogLine[] {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine); // written above
}

/** Names what a model was shown. */
export function hashOf(messages: readonly ModelMessage[]): string {
  return createHash('sha256').update(JSON.stringify(messages)).digest('hex');
}

/** A folder of its own for one test's log. */
export function createCallLog(): { readonly file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-calls-'));
  return { file: join(folder, 'calls.jsonl'), remove: () => rmSync(folder, { recursive: true }) };
}
