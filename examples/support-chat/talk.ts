import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient, Conversation } from 'perdure/client';
import type { support } from './agent';
import type { Backend } from './backend';
import { type Desk, runCommand } from './commands';
import { Outbox, type Outgoing } from './outbox';
import type { Screen } from './screen';
import { Sender } from './sender';
import { toHistory } from './view';
import { Watcher } from './watcher';

export interface Table {
  readonly client: AgentClient;
  readonly chat: Conversation<typeof support>;
  readonly backend: Backend;
  readonly screen: Screen;
  /** Who sits at this terminal. */
  readonly by: string;
}

/** Talks until the input ends. Resolves to the exit code. */
export async function talk({ client, chat, backend, screen, by }: Table): Promise<number> {
  const stop = new AbortController();
  const outbox = new Outbox(backend.folder, chat.id, by);
  const watcher = new Watcher(client, chat, screen);
  const sender = new Sender(chat, { outbox, watcher, screen });
  try {
    const left = outbox.takeOver();
    await greet({ chat, screen }, left);
    await watcher.begin(screen.isInteractive);
    return await Promise.race([
      converse({ chat, backend, screen, sender }, left),
      watcher.watch(stop.signal),
      keepUp(backend, stop.signal),
      screen.interrupted.then(() => leave(sender, screen)),
    ]);
  } finally {
    stop.abort();
    outbox.close();
    await client.close();
  }
}

const LINES_AT_FIRST = 6;

/** What was said last, without what is about to be shown. */
async function greet(
  { chat, screen }: Pick<Table, 'chat' | 'screen'>,
  left: readonly Outgoing[],
): Promise<void> {
  if (!screen.isInteractive) return;
  const model = process.env.OPENAI_API_KEY
    ? 'openai:gpt-5-mini'
    : 'offline, by rules (OPENAI_API_KEY for a real one)';
  screen.note(`  conversation ${chat.id}, model ${model}; /help tells what else there is`);
  const [messages, turns] = await Promise.all([chat.messages(), chat.turns()]);
  const lines = toHistory(
    messages,
    turns,
    left.map(({ turnId }) => turnId),
  );
  if (lines.length > LINES_AT_FIRST) screen.note(`  … ${lines.length - LINES_AT_FIRST} before: /history`);
  for (const line of lines.slice(-LINES_AT_FIRST)) screen.print(line);
}

async function converse(desk: Desk, left: readonly Outgoing[]): Promise<number> {
  const { screen, sender } = desk;
  await sender.finish(left);
  screen.prompt();
  for await (const line of screen.lines) {
    const text = line.trim();
    if (text === '/quit') break;
    screen.unprompt();
    if (text !== '') await answer(desk, text);
    screen.prompt();
  }
  return sender.failures > 0 && !screen.isInteractive ? 1 : 0;
}

async function answer(desk: Desk, text: string): Promise<void> {
  if (!text.startsWith('/')) return desk.sender.send({ kind: 'send', prompt: text });
  try {
    await runCommand(desk, text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    desk.screen.print(`${error.name}: ${error.message}`);
  }
}

const KEEP_UP_INTERVAL = 1_000;

/** Never resolves before it is stopped. */
async function keepUp(backend: Backend, stop: AbortSignal): Promise<never> {
  for (;;) {
    backend.keepUp();
    await sleep(KEEP_UP_INTERVAL, undefined, { signal: stop });
  }
}

function leave({ isBusy }: Sender, screen: Screen): number {
  if (isBusy) screen.note('\n  The answer is worked on; it is here when you come back.');
  return 0;
}
