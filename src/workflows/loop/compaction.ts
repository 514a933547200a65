import type { Span } from '../../common/conversation-wire';
import { compactedAddress, type TranscriptAddress } from '../../common/transcript';
import { withResponseUsage } from '../../common/usage';
import type { CompactionResult } from '../../common/wire';
import type { RunFailure } from './failures';
import { exceededAfterResponse } from './limits';
import { addressOf, type RunState, type Transcript, withFailure, withLimitReached } from './state';

/** Every compaction records all that is left: one that gains little is not followed by the next at once. */
const GROWTH_BEFORE_NEXT = 1.2;

/** The state after the transcript was shortened; a request that was made for it is counted. */
export function withCompaction(state: RunState, result: CompactionResult): RunState {
  const { tokens, usage: spent } = result;
  const compacted: RunState = {
    ...state,
    compactAgainAbove: Math.ceil(tokens * GROWTH_BEFORE_NEXT),
    transcript: { ...toCompacted(state.transcript, result), tokens },
  };
  if (spent === undefined) return compacted;
  const counted = { ...compacted, usage: withResponseUsage(state.usage, spent) };
  const exceeded = exceededAfterResponse(counted, spent);
  return exceeded === undefined ? counted : withLimitReached(counted, exceeded);
}

function toCompacted(transcript: Transcript, result: CompactionResult): Transcript {
  const { messages, length, dropped } = result;
  if (messages === undefined) return transcript;
  const before = addressOf(transcript);
  const address = compactedAddress(before, result);
  return {
    ...transcript,
    start: address,
    earlier: messages,
    messages: [],
    versions: [],
    unsent: { base: address, append: [] },
    continued: 0,
    dropped: transcript.dropped + dropped,
    shift: transcript.shift + before.length - length,
    spans: transcript.spans.map((span) => moved(span, before, result)),
  };
}

/** Where a turn is afterwards: what the strategy left as it was has only moved. */
function moved(
  span: Span | undefined,
  before: TranscriptAddress,
  { length, kept }: CompactionResult,
): Span | undefined {
  if (span === undefined || span[0] < before.length - kept) return undefined;
  const by = length - before.length;
  return [span[0] + by, span[1] + by];
}

/** The state after no strategy could be applied. */
export function withCompactionFailure(state: RunState, failure: RunFailure): RunState {
  return withFailure(state, failure);
}
