import type { ModelMessage } from '../../common/messages';

/** Messages by their numbers: from one to before another. */
export type MessageRange = readonly [from: number, to: number];

/** Where the given messages stood that are not among others any more. Of equal ones the later stay. */
export function droppedRanges(
  given: readonly ModelMessage[],
  kept: readonly ModelMessage[],
): readonly MessageRange[] {
  const left = countsOf(kept);
  const ranges: [number, number][] = [];
  for (let index = given.length - 1; index >= 0; index--) {
    if (takeOne(left, given[index])) continue;
    const next = ranges[0];
    if (next?.[0] === index + 1) next[0] = index;
    else ranges.unshift([index, index + 1]);
  }
  return ranges;
}

/** How many messages at the end are the same. */
export function countKeptAtEnd(given: readonly ModelMessage[], kept: readonly ModelMessage[]): number {
  let count = 0;
  while (count < kept.length && given.at(-1 - count) === kept.at(-1 - count)) count++;
  return count;
}

/** The same messages, those that equal a given one being that one. */
export function withGiven(
  messages: readonly ModelMessage[],
  given: readonly ModelMessage[],
): readonly ModelMessage[] {
  const byText = new Map<string, ModelMessage[]>();
  for (const message of given) {
    const text = JSON.stringify(message);
    byText.set(text, [...(byText.get(text) ?? []), message]);
  }
  return messages
    .toReversed()
    .map((message) => byText.get(JSON.stringify(message))?.pop() ?? message)
    .reverse();
}

function countsOf(messages: readonly ModelMessage[]): Map<ModelMessage, number> {
  const counts = new Map<ModelMessage, number>();
  for (const message of messages) counts.set(message, (counts.get(message) ?? 0) + 1);
  return counts;
}

function takeOne(counts: Map<ModelMessage, number>, message: ModelMessage | undefined): boolean {
  const count = message === undefined ? 0 : (counts.get(message) ?? 0);
  if (message === undefined || count === 0) return false;
  counts.set(message, count - 1);
  return true;
}
