// Shortening a conversation, said short. Messages are made to have round numbers of tokens.
import { compact, type Compacted, type CompactionSituation } from '../../src/activities/compact-messages';
import type { CompactionStrategy } from '../../src/common/compaction';
import type { ModelMessage, ModelResponse } from '../../src/common/messages';
import { estimateTextTokens, estimateTokens } from '../../src/common/token-estimate';
import { calls, type Messages, request, response, returned, said, user } from './messages';

/** What one part has beside its text. */
const FRAME = estimateTokens(request(user('')));

/** A text with which a part has so many tokens. */
export function text(tokens: number, about = ''): string {
  return about.padEnd((tokens - FRAME) * 4, ' .');
}

export function asks(tokens: number, about?: string): ModelMessage {
  return request(user(text(tokens, about)));
}

export function says(tokens: number, about?: string): ModelMessage {
  return response(said(text(tokens, about)));
}

/** A call that has 10 tokens, and its result. */
export function step(id: string, tokens: number): readonly [ModelMessage, ModelMessage] {
  const call = calls(id, 'look', text(10, id).slice(0, -4));
  return [response(call), request(returned(id, text(tokens, id)))];
}

export function tokensOf(messages: Messages): number {
  return messages.reduce((sum, message) => sum + estimateTokens(message), 0);
}

export interface Asked {
  readonly material: string;
  readonly instructions: string;
  /** Of both. */
  readonly tokens: number;
}

interface Options extends Partial<Omit<CompactionSituation, 'ask'>> {
  readonly target: number;
  readonly answer?: ModelResponse;
}

/** What becomes of the messages, and what a model was asked on the way. */
export async function compacted(
  strategy: CompactionStrategy<never>,
  messages: Messages,
  { answer = response(said('In short.')), ...options }: Options,
): Promise<Compacted & { readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const outcome = await compact(strategy, messages, {
    name: "compaction of agent 'support'",
    budget: options.target * 2,
    ask: (sent, instructions) => {
      asked.push(toAsked(sent, instructions));
      return Promise.resolve(answer);
    },
    context: {
      deps: { shop: 'a' },
      runId: 'run-1',
      conversationId: 'chat-1',
      model: 'mine',
      signal: new AbortController().signal,
    },
    ...options,
  });
  return { ...outcome, asked };
}

function toAsked(messages: Messages, instructions: string): Asked {
  const [message] = messages;
  const [part] = message?.parts ?? [];
  const material = part?.kind === 'user-prompt' && typeof part.content === 'string' ? part.content : '';
  return { material, instructions, tokens: tokensOf(messages) + estimateTextTokens(instructions) };
}
