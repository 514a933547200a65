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
  const { start, earlier, messages, versions, unsent, shift, spans } = transcript;
  if (length >= start.length + messages.length) return transcript;
  const address = addressAt(transcript, length);
  const own = Math.max(0, length - start.length);
  return {
    ...transcript,
    start: length < start.length ? address : start,
    earlier: length === 0 ? [] : earlier,
    messages: messages.slice(0, own),
    versions: versions.slice(0, own),
    unsent: toUnsent(unsent, address),
    tokens: tokensUntil(transcript, length),
    shift: length === 0 ? 0 : shift,
    spans: spans.map((span) => (span !== undefined && span[1] <= length ? span : undefined)),
  };
}

/** Of messages that only workers look into, each counts as much as the other. */
function tokensUntil({ start, messages, tokens }: Transcript, length: number): number {
  if (length === 0) return 0;
  const gone = messages.slice(Math.max(0, length - start.length));
  const left = gone.reduce((sum, message) => Math.max(0, sum - estimateTokens(message)), tokens);
  return length < start.length ? Math.ceil((left * length) / start.length) : left;
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
