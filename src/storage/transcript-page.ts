import type { Payload } from '@temporalio/common';

const PLAIN_JSON = 'json/plain';
const FIRST = Buffer.from('{"text":"');
const LAST = /"total":\d+\}$/;

/** Longer than what follows the text of a page. */
const LAST_LENGTH = 32;

/**
 * Whether a payload is a page of a transcript, as a run's workflow answers the query of an activity. It is read once,
 * and fits where it goes: to store it would leave behind an object for each page and each worker that asks.
 */
export function isTranscriptPage({ metadata, data }: Payload): boolean {
  if (!data || Buffer.from(metadata?.['encoding'] ?? []).toString() !== PLAIN_JSON) return false;
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return text.subarray(0, FIRST.length).equals(FIRST) && LAST.test(text.subarray(-LAST_LENGTH).toString());
}
