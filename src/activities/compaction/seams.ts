import type { ModelMessage } from '../../common/messages';
import { answeredCall } from '../../common/repair';
import { pairUp } from './pairing';

/**
 * Where messages can be taken apart: the numbers of those before which no call waits for its result, and no text for the
 * request to write another one. The first and the end are always among them.
 */
export function seamsOf(messages: readonly ModelMessage[]): readonly number[] {
  const reach = furthestOf(messages);
  const seams = [0];
  let furthest = 0;
  for (const index of messages.keys()) {
    furthest = Math.max(furthest, reach.get(index) ?? 0);
    if (furthest <= index) seams.push(index + 1);
  }
  return seams;
}

/** By the number of a message, that of the last one that belongs to it. */
function furthestOf(messages: readonly ModelMessage[]): Map<number, number> {
  const reach = new Map<number, number>();
  for (const { callAt, resultAt } of pairUp(messages).pairs) {
    reach.set(callAt, Math.max(resultAt, reach.get(callAt) ?? 0));
  }
  for (const [index, message] of messages.entries()) {
    if (index > 0 && isComplaint(message)) reach.set(index - 1, Math.max(index, reach.get(index - 1) ?? 0));
  }
  return reach;
}

/** Whether the model is told what was wrong with its text, which it has to see. */
function isComplaint(message: ModelMessage): boolean {
  if (message.kind === 'response') return false;
  return message.parts.some((part) => part.kind === 'retry-prompt' && answeredCall(part) === undefined);
}
