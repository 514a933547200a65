import type { DropToolResults } from '../../common/compaction';
import type { ModelMessage, RequestPart } from '../../common/messages';
import { answeredCall } from '../../common/repair';
import { estimatePartTokens, estimateTokens } from '../../common/token-estimate';
import type { Measured } from './measure';

/** What is short is left as it is; so is a placeholder when it comes by again. */
const MIN_SAVED_TOKENS = 20;

/** Shortens the results of old messages and, oldest first, of newer ones while all are too long. The last is left as it is. */
export function dropResults(
  { messages, total, scale }: Measured,
  { keepLast, placeholder }: DropToolResults,
  target: number,
): readonly ModelMessage[] {
  let left = total;
  return messages.map((message, index) => {
    const isOld = index < messages.length - keepLast;
    if (index === messages.length - 1 || (!isOld && left <= target)) return message;
    const shortened = shortenResults(message, placeholder);
    left -= (estimateTokens(message) - estimateTokens(shortened)) * scale;
    return shortened;
  });
}

/** The same message when there is nothing to save. */
export function shortenResults(message: ModelMessage, placeholder: string): ModelMessage {
  if (message.kind === 'response' || !message.parts.some(isResult)) return message;
  const parts = message.parts.map((part) => shortenPart(part, placeholder));
  return parts.every((part, index) => part === message.parts[index]) ? message : { ...message, parts };
}

/** What a tool returned or, behind it, wanted to be read as the user's words. */
export function shortenPart(part: RequestPart, placeholder: string): RequestPart {
  if (part.kind !== 'tool-return' && part.kind !== 'user-prompt') return part;
  const tokens = estimatePartTokens(part);
  const shortened = { ...part, content: placeholder.replaceAll('{tokens}', String(tokens)) };
  return tokens - estimatePartTokens(shortened) < MIN_SAVED_TOKENS ? part : shortened;
}

function isResult(part: RequestPart): boolean {
  return answeredCall(part) !== undefined;
}
