import {
  cutAddress,
  EMPTY_TRANSCRIPT,
  type TranscriptAddress,
  type TranscriptDelta,
} from '../../common/transcript';
import { estimateTokens } from '../../common/token-estimate';
import type { Transcript } from './state';

/** The first messages of a transcript: it then is as it was when there were no more. */
export function cutTranscript(transcript: Transcript, length: number): Transcript {
  const { start, messages, versions, unsent, spans } = transcript;
  if (length >= start.length + messages.length) return transcript;
  const address = addressAt(transcript, length);
  const gone = messages.slice(Math.max(0, length - start.length));
  return {
    ...transcript,
    start: length < start.length ? address : start,
    messages: messages.slice(0, Math.max(0, length - start.length)),
    versions: versions.slice(0, Math.max(0, length - start.length)),
    unsent: toUnsent(unsent, address),
    tokens: gone.reduce((left, message) => Math.max(0, left - estimateTokens(message)), transcript.tokens),
    spans: spans.map((span) => (span !== undefined && span[1] <= length ? span : undefined)),
  };
}

function addressAt({ start, versions }: Transcript, length: number): TranscriptAddress {
  if (length === 0) return EMPTY_TRANSCRIPT;
  const version = length === start.length ? start.version : versions[length - start.length - 1];
  return version === undefined ? cutAddress(start, length) : { length, version };
}

/** What has been told stays told; each message that has not is told by a descriptor of its own. */
function toUnsent({ base, append }: TranscriptDelta, address: TranscriptAddress): TranscriptDelta {
  const untold = address.length - base.length;
  return untold <= 0 ? { base: address, append: [] } : { base, append: append.slice(0, untold) };
}
