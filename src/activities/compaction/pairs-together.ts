import { DEFAULT_PLACEHOLDER } from '../../common/compaction-schema';
import type { ModelMessage, ModelRequest, RequestPart } from '../../common/messages';
import { answeredCall } from '../../common/repair';
import { shortenPart } from './drop-tool-results';
import { type Pair, type Pairing, pairUp } from './pairing';

/**
 * Brings together again what a function took apart: `messages.slice(-20)` is what people write, it does so now and then,
 * and a run of days should not end by it. A result without its call goes, as it would before sending. A call without its
 * result gets that back, shortened; left alone, it would be told to be interrupted, which is not so. The last results,
 * which the model has not seen yet, get their calls back and stay in full.
 */
export function withPairsTogether(
  messages: readonly ModelMessage[],
  given: readonly ModelMessage[],
): readonly ModelMessage[] {
  const before = pairUp(given).pairs;
  const complete = withLastCalls(messages, given, before);
  const pairing = pairUp(complete);
  const lost = lostResults(pairing, before, given.length - 1);
  const isSevered = severedBy(pairing, before);
  return complete.flatMap((message, index) => {
    if (message.kind === 'request') return without(message, isSevered);
    const parts = lost.get(index) ?? [];
    return parts.length === 0 ? [message] : [message, { kind: 'request' as const, parts }];
  });
}

function withLastCalls(
  messages: readonly ModelMessage[],
  given: readonly ModelMessage[],
  before: readonly Pair[],
): readonly ModelMessage[] {
  const results = resultsOf(pairUp(messages));
  const last = before.filter(({ resultAt }) => resultAt === given.length - 1);
  return messages.flatMap((message) => {
    if (message.kind === 'response') return [message];
    const orphans = message.parts.filter((part) => !results.has(part)).map(answeredCall);
    const pairs = last.filter(({ call }) => orphans.includes(call.toolCallId));
    return [...responsesWith(pairs, given), message];
  });
}

/** The responses that made these calls, without their other calls. */
function responsesWith(pairs: readonly Pair[], given: readonly ModelMessage[]): readonly ModelMessage[] {
  const calls = new Set<object>(pairs.map(({ call }) => call));
  return [...new Set(pairs.map(({ callAt }) => callAt))].flatMap((callAt) => {
    const response = given[callAt];
    if (response?.kind !== 'response') return [];
    return [
      { ...response, parts: response.parts.filter((part) => part.kind !== 'tool-call' || calls.has(part)) },
    ];
  });
}

function resultsOf({ pairs }: Pairing): ReadonlySet<RequestPart> {
  return new Set(pairs.map(({ result }) => result));
}

/** Whether a part answers a call that is gone; what answered none before is no fault of the function. */
function severedBy(pairing: Pairing, before: readonly Pair[]): (part: RequestPart) => boolean {
  const results = resultsOf(pairing);
  const answered = new Set(before.map(({ call }) => call.toolCallId));
  return (part) => {
    const id = answeredCall(part);
    return id !== undefined && answered.has(id) && !results.has(part);
  };
}

function without(message: ModelRequest, isSevered: (part: RequestPart) => boolean): ModelRequest[] {
  const parts = message.parts.filter((part) => !isSevered(part));
  if (parts.length === message.parts.length) return [message];
  return parts.length === 0 ? [] : [{ ...message, parts }];
}

/** What answered calls before that have no result now, by the number of the message that holds them. */
function lostResults(
  { unanswered }: Pairing,
  before: readonly Pair[],
  last: number,
): ReadonlyMap<number, readonly RequestPart[]> {
  const answers = new Map(before.map((pair) => [pair.call.toolCallId, pair]));
  const lost = new Map<number, RequestPart[]>();
  for (const { call, callAt } of unanswered) {
    const answer = answers.get(call.toolCallId);
    if (answer === undefined) continue;
    const { result, resultAt } = answer;
    const part = resultAt === last ? result : shortenPart(result, DEFAULT_PLACEHOLDER);
    lost.set(callAt, [...(lost.get(callAt) ?? []), part]);
  }
  return lost;
}
