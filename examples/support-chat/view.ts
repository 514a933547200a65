// What is said, as lines of text.
import type { ModelMessage, Usage } from 'perdure';
import type { ConversationTurn, MessagePage } from 'perdure/client';
import { paint } from './screen';

const AGENT = 'support';

export function toPromptLine(by: string, prompt: unknown): string {
  return `${paint(['bold', 'cyan'], `${by}:`)} ${toText(prompt)}`;
}

export function toAnswerLine(answer: string): string {
  return `${paint(['bold', 'green'], `${AGENT}:`)} ${answer}`;
}

/** @param whole Of the whole conversation, where it is known. */
export function toUsageLine({ requests, toolCalls, totalTokens }: Usage, whole?: Usage): string {
  const all = whole === undefined ? '' : `; ${toNumber(whole.totalTokens)} in the conversation`;
  const what = `${requests} model requests, ${toolCalls} tool calls, ${toNumber(totalTokens)} tokens`;
  return paint('dim', `  ${what}${all}`);
}

/** Who sent a turn; turns are marked with it. */
export function senderOf(turn: ConversationTurn | undefined): string {
  const by = turn?.metadata?.['by'];
  return typeof by === 'string' ? by : 'customer'; // of old turns it is not known any more
}

/** The last text of a turn. */
export function answerIn(messages: readonly ModelMessage[]): string | undefined {
  return messages.flatMap(textsOf).at(-1);
}

/** A line for everything that a person said or was told. @param without The ids of turns to leave out. */
export function toHistory(
  messages: MessagePage,
  turns: readonly ConversationTurn[],
  without: readonly string[] = [],
): string[] {
  return messages.flatMap((message, index) => {
    const position = messages.from + index;
    const turn = turns.find(({ from = Infinity, to = -Infinity }) => from <= position && position < to);
    if (turn !== undefined && without.includes(turn.id)) return [];
    return [
      ...promptsOf(message).map((prompt) => toPromptLine(senderOf(turn), prompt)),
      ...textsOf(message).map(toAnswerLine),
    ];
  });
}

function promptsOf(message: ModelMessage): unknown[] {
  if (message.kind === 'response') return [];
  return message.parts.flatMap((part) => (part.kind === 'user-prompt' ? [part.content] : []));
}

function textsOf(message: ModelMessage): string[] {
  if (message.kind === 'request') return [];
  return message.parts.flatMap((part) => (part.kind === 'text' ? [part.content] : []));
}

/** A prompt may be a list of parts, though never one of this chat. */
export function toText(prompt: unknown): string {
  return typeof prompt === 'string' ? prompt : JSON.stringify(prompt ?? '');
}

function toNumber(count: number): string {
  return count.toLocaleString('en');
}
