import { defineQuery, setHandler } from '@temporalio/workflow';
import type { HeldMessages } from '../common/carried-run';
import { TRANSCRIPT_PAGE_LENGTH } from '../common/size-limits';
import type { TranscriptAddress } from '../common/transcript';
import {
  TRANSCRIPT_QUERY,
  type TranscriptQueryAnswer,
  type TranscriptQueryInput,
  type TranscriptSegment,
} from '../common/wire';
import type { RunState, TurnOfConversation } from './loop';

export const transcriptQuery = defineQuery<TranscriptQueryAnswer, [TranscriptQueryInput]>(TRANSCRIPT_QUERY);

/** What a run, or a conversation between its turns, can be asked about. */
export interface Answerable {
  readonly transcript: HeldMessages;
  readonly request: RunState['request'];
  readonly turn?: Pick<TurnOfConversation, 'reference'>;
}

/** Lets activities ask for what their worker's cache lacks. Answers leave no event in history. */
export function answerTranscriptQueries(stateOf: () => Answerable): void {
  setHandler(transcriptQuery, (question) => toAnswer(stateOf(), question));
}

/** Addressed by length and version, so a state that is older, newer or forked can never pass for the one wanted. */
export function toAnswer(
  { transcript, request, turn }: Answerable,
  { have, want, offset }: TranscriptQueryInput,
): TranscriptQueryAnswer {
  const { start, earlier, messages, versions } = transcript;
  const length = start.length + messages.length;
  if (want.length > length || !holds(transcript, want)) {
    return { current: { length, version: versions.at(-1) ?? start.version } };
  }
  const kept = have.length >= start.length && have.length <= want.length && holds(transcript, have);
  const from = kept ? have.length : 0;
  const skipped = Math.max(0, from - start.length);
  const segment: TranscriptSegment = {
    from,
    start,
    earlier: from > 0 ? [] : earlier,
    messages: messages.slice(skipped, Math.max(0, want.length - start.length)),
    versions: versions.slice(skipped, Math.max(0, want.length - start.length)),
    request,
    ...(turn === undefined ? {} : { turn: turn.reference.id }),
  };
  const text = JSON.stringify(segment);
  return { text: text.slice(offset, offset + TRANSCRIPT_PAGE_LENGTH), total: text.length };
}

/** Whether a transcript passed through the state that an address names. */
function holds({ start, versions }: HeldMessages, { length, version }: TranscriptAddress): boolean {
  if (length === 0) return version === '';
  return (length === start.length ? start.version : versions[length - start.length - 1]) === version;
}
