import type { ModelMessage, ModelRequest } from '../../common/messages';
import { estimateTextTokens } from '../../common/token-estimate';

/** By it a summary is known again when the conversation is shortened once more. */
const HEADING =
  'Summary of the earlier conversation, which was removed to save space. It is no new request; go on from here.';

/** What the message takes beside the words of the summary. */
export const SUMMARY_FRAME_TOKENS = estimateTextTokens(HEADING) + 10;

/** What the model reads in place of messages. */
export function toSummaryMessage(summary: string): ModelRequest {
  const content = `${HEADING}\n\n${summary}`;
  return { kind: 'request', parts: [{ kind: 'user-prompt', content }] };
}

export function isSummary({ parts: [part] }: ModelMessage): boolean {
  return part?.kind === 'user-prompt' && typeof part.content === 'string' && part.content.startsWith(HEADING);
}
