import { setTimeout as sleep } from 'node:timers/promises';
import type { TranscriptAddress } from '../common/transcript';
import type { TranscriptQueryAnswer, TranscriptQueryInput, TranscriptSegment } from '../common/wire';

/** How often a run is asked before the activity gives up; Temporal then tries the activity again. */
export const MAX_TRANSCRIPT_QUERIES = 8;

/** In milliseconds; doubled after each try. */
const FIRST_PAUSE = 50;

export interface TranscriptSource {
  query(question: TranscriptQueryInput): Promise<TranscriptQueryAnswer>;
}

/** A segment and its size in JSON characters. */
export interface RestoredSegment {
  readonly segment: TranscriptSegment;
  readonly size: number;
}

/**
 * Fetches what a worker lacks of a transcript from the run's own workflow, in pages. An answer of a state that is not
 * the wanted one (a workflow task not yet applied, or a later attempt's transcript) is refused, and asked for again.
 * @throws when the wanted state is not to be had: this attempt is outdated, or the workflow is not reachable.
 */
export async function restoreTranscript(
  source: TranscriptSource,
  addresses: { have: TranscriptAddress; want: TranscriptAddress },
): Promise<RestoredSegment> {
  let current: TranscriptAddress | undefined;
  for (let attempt = 0; attempt < MAX_TRANSCRIPT_QUERIES; attempt++) {
    if (attempt > 0) await sleep(FIRST_PAUSE * 2 ** (attempt - 1));
    const pages = await fetchPages(source, addresses);
    if (typeof pages === 'string') {
      const segment = JSON.parse(pages) as TranscriptSegment; // written by this library's own query handler
      return { segment, size: pages.length };
    }
    current = pages.current;
  }
  const { want } = addresses;
  throw new Error(
    `the run's transcript is not the one wanted (${want.length} messages, version ${want.version}); ` +
      `it has ${current?.length} messages, version ${current?.version}`,
  );
}

async function fetchPages(
  source: TranscriptSource,
  addresses: { have: TranscriptAddress; want: TranscriptAddress },
): Promise<string | { readonly current: TranscriptAddress }> {
  let text = '';
  for (;;) {
    const answer = await source.query({ ...addresses, offset: text.length });
    if ('current' in answer) return answer;
    text += answer.text;
    if (text.length >= answer.total) return text;
  }
}
