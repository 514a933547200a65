import type { ModelMessage } from '../../common/messages';
import { answeredCall } from '../../common/repair';
import { type Measured, sumOf } from './measure';
import { seamsOf } from './seams';
import { isSummary } from './summary-message';

/** Which messages stay: those before `head`, those from `tail`, and what the user asked last. */
export interface Selection {
  readonly head: number;
  readonly tail: number;
  /** Where it stands between the two. */
  readonly prompt?: number;
}

interface SelectionOptions {
  /** At most so many at the end, unless they belong together. */
  readonly keepLast: number;
  readonly keepFirst: number;
  /** Tokens for all that stays. */
  readonly target: number;
  /** Where a request came first, one still does: providers want the user to begin. */
  readonly beginsAsBefore?: boolean;
}

/** As many of the last messages as may stay and fit, at least the last with what it belongs to; `undefined` when all stay. */
export function selectMessages(measured: Measured, options: SelectionOptions): Selection | undefined {
  const { messages } = measured;
  const seams = seamsOf(messages);
  const head = endOfHead(messages, seams, options.keepFirst);
  const prompt = lastPrompt(messages);
  const select = (tail: number): Selection =>
    prompt >= head && prompt < tail ? { head, tail, prompt } : { head, tail };
  const mayBegin = (tail: number): boolean =>
    options.beginsAsBefore !== true || beginsAsBefore(messages, select(tail));
  const tails = seams.filter((seam) => seam > head && seam < messages.length && mayBegin(seam));
  const fitting = tails.find(
    (tail) =>
      tail >= messages.length - options.keepLast && tokensOf(measured, select(tail)) <= options.target,
  );
  const tail = fitting ?? tails.at(-1);
  return tail === undefined ? undefined : select(tail);
}

export function tokensOf({ tokens }: Measured, { head, tail, prompt }: Selection): number {
  const asked = prompt === undefined ? 0 : (tokens[prompt] ?? 0);
  return sumOf(tokens.slice(0, head)) + asked + sumOf(tokens.slice(tail));
}

function beginsAsBefore(messages: readonly ModelMessage[], { head, tail, prompt }: Selection): boolean {
  const first = messages[head > 0 ? 0 : (prompt ?? tail)];
  return first?.kind === 'request' || messages[0]?.kind !== 'request';
}

/** Calls go with their results, and what follows may be a response, so a request comes before it. */
function endOfHead(messages: readonly ModelMessage[], seams: readonly number[], keepFirst: number): number {
  if (keepFirst === 0) return 0;
  const isEnd = (seam: number): boolean => seam >= keepFirst && messages[seam - 1]?.kind === 'request';
  return seams.find(isEnd) ?? messages.length;
}

/** What the user asked last: without it, the model would go on with it knows not what. */
function lastPrompt(messages: readonly ModelMessage[]): number {
  return messages.findLastIndex(
    (message) =>
      message.kind === 'request' &&
      message.parts.some(({ kind }) => kind === 'user-prompt') &&
      !message.parts.some((part) => answeredCall(part) !== undefined) && // content of tools stands beside results
      !isSummary(message),
  );
}
