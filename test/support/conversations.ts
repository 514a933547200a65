// Agents to talk to, and what holds them up. Needs a Temporal server.
import { randomUUID } from 'node:crypto';
import { type Agent, defineAgent, defineTool, type ModelMessage, type RequestPart } from 'perdure';
import type { Conversation, ConversationOptions } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { type Served, serve } from './serve';

/** What a worker's models wait for until a test opens it. */
export class Gate {
  #open: () => void = () => undefined;
  readonly #passed = new Promise<void>((resolve) => (this.#open = resolve));
  #reached: () => void = () => undefined;
  /** Resolves when somebody waits. */
  readonly reached = new Promise<void>((resolve) => (this.#reached = resolve));

  open(): void {
    this.#open();
  }

  pass(signal: AbortSignal): Promise<void> {
    this.#reached();
    return new Promise((resolve, reject) => {
      void this.#passed.then(resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error)); // always an error
    });
  }
}

/** What was asked of the model in each request, by the last words of the user. */
export interface Talker {
  readonly agent: Agent<string, { user: string } | undefined, 'talker'>;
  readonly asked: string[];
  readonly gate: Gate;
}

const count = defineTool({
  name: 'count',
  description: 'Counts on.',
  input: z.object({ to: z.number() }),
  execute: ({ to }) => to,
});

/**
 * Answers with what was said to it and how many messages it was shown; `wait` until the gate is opened, `count N` by N
 * calls of a tool, one after the other, `fail` by an error.
 */
export function talker(name = 'talker'): Talker {
  const asked: string[] = [];
  const gate = new Gate();
  const model = functionModel(async (messages, { signal }) => {
    const prompt = lastPromptOf(messages);
    asked.push(prompt);
    if (prompt.startsWith('wait')) await gate.pass(signal);
    if (prompt.startsWith('fail')) return { text: '', usage: { outputTokens: 1 } };
    const [, times = '0'] = /^count (\d+)/.exec(prompt) ?? [];
    const done = countSince(messages);
    if (done < Number(times)) return [{ tool: 'count', args: { to: done + 1 } }];
    return { text: `${prompt} (${messages.length})`, usage: { inputTokens: 10, outputTokens: 5 } };
  });
  const agent = defineAgent({ name, model, tools: [count], retries: { output: 0 } });
  return { agent: agent as Talker['agent'], asked, gate }; // the name is as good as any
}

/** What the user said last. */
export function lastPromptOf(messages: readonly ModelMessage[]): string {
  const part = messages.findLast(({ parts }) => parts.some(isPrompt))?.parts.findLast(isPrompt);
  return part?.kind === 'user-prompt' ? String(part.content) : '';
}

function isPrompt(
  part: ModelMessage['parts'][number],
): part is Extract<RequestPart, { kind: 'user-prompt' }> {
  return part.kind === 'user-prompt';
}

function countSince(messages: readonly ModelMessage[]): number {
  const last = messages.findLastIndex(({ parts }) => parts.some(isPrompt));
  return messages.slice(last).flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-return'))
    .length;
}

/** The texts of both sides, in order. */
export function textsOf(messages: readonly ModelMessage[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      (part.kind === 'user-prompt' || part.kind === 'text') && typeof part.content === 'string'
        ? [part.content]
        : [],
    ),
  );
}

export interface TalkerServed extends Served, Talker {
  readonly chat: Conversation<Talker['agent']>;
  /** Ids that no other test uses. */
  newId(): string;
}

/** A worker with a talker, and a conversation with it. */
export async function serveTalker(options: ConversationOptions = {}): Promise<TalkerServed> {
  const talking = talker();
  const served = await serve([talking.agent]);
  const newId = (): string => `chat-${randomUUID()}`;
  const chat = served.client.conversation(
    talking.agent,
    newId(),
    options as ConversationOptions<Talker['agent']>,
  ); // has no deps
  return { ...served, ...talking, chat, newId };
}

/** Serves talkers to the tests of a file; each ends with its test. */
export function serveTalkers(): typeof serveTalker {
  const served: TalkerServed[] = [];
  afterEach(async () => {
    for (const one of served.splice(0)) {
      one.gate.open();
      await one.stop();
    }
  });
  return async (options) => {
    const one = await serveTalker(options);
    served.push(one);
    return one;
  };
}
