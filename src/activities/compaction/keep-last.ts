import type { KeepLast } from '../../common/compaction';
import type { ModelMessage } from '../../common/messages';
import type { Measured } from './measure';
import { type Selection, selectMessages } from './selection';

/** The first messages, what the user asked last, and as many of the last ones as may stay and fit. */
export function keepLastMessages(
  measured: Measured,
  { messages: keepLast, keepFirst }: KeepLast,
  target: number,
): readonly ModelMessage[] {
  const { messages } = measured;
  const select = (first: number): Selection | undefined =>
    selectMessages(measured, { keepLast, keepFirst: first, target, beginsAsBefore: true });
  const selected = select(keepFirst) ?? (keepFirst === 0 ? select(1) : undefined);
  return selected === undefined ? messages : toMessages(messages, selected);
}

function toMessages(
  messages: readonly ModelMessage[],
  { head, tail, prompt }: Selection,
): readonly ModelMessage[] {
  const asked = prompt === undefined ? [] : messages.slice(prompt, prompt + 1);
  return [...messages.slice(0, head), ...asked, ...messages.slice(tail)];
}
