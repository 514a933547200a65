import { defineQuery, setHandler } from '@temporalio/workflow';
import { TRANSCRIPT_PAGE_LENGTH } from '../common/size-limits';
import type { TranscriptAddress } from '../common/transcript';
import {
  TRANSCRIPT_QUERY,
  type TranscriptQueryAnswer,
  type TranscriptQueryInput,
  type TranscriptSegment,
} from '../common/wire';
import type { RunState } from './loop';

export const transcriptQuery = defineQuery<TranscriptQueryAnswer, [TranscriptQueryInput]>(TRANSCRIPT_QUERY);

/** Lets activities ask for what their worker's cache lacks. Answers leave no event in history. */
export function answerTranscriptQueries(stateOf: () => RunState): void {
  setHandler(transcriptQuery, (question) => toAnswer(stateOf(), question));
}

/** Addressed by length and version, so a state that is older, newer or forked can never pass for the one wanted. */
export function toAnswer(
  { transcript, request }: Pick<RunState, 'transcript' | 'request'>,
  { have, want, offset }: TranscriptQueryInput,
): TranscriptQueryAnswer {
  const { messages, versions } = transcript;
  const holds = ({ length, version }: TranscriptAddress): boolean => (versions[length - 1] ?? '') === version;
  if (want.length > messages.length || !holds(want)) {
    return { current: { length: messages.length, version: versions.at(-1) ?? '' } };
  }
  const from = have.length <= want.length && holds(have) ? have.length : 0;
  const segment: TranscriptSegment = {
    from,
    messages: messages.slice(from, want.length),
    versions: versions.slice(from, want.length),
    request,
  };
  const text = JSON.stringify(segment);
  return { text: text.slice(offset, offset + TRANSCRIPT_PAGE_LENGTH), total: text.length };
}
