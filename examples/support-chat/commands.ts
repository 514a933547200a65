import type { Conversation } from 'perdure/client';
import type { support } from './agent';
import type { Backend } from './backend';
import type { Screen } from './screen';
import type { Sender } from './sender';
import { toHistory, toUsageLine } from './view';

/** What a command works with. */
export interface Desk {
  readonly chat: Conversation<typeof support>;
  readonly backend: Backend;
  readonly screen: Screen;
  readonly sender: Sender;
}

interface Command {
  readonly help: string;
  readonly run: (desk: Desk, argument: string) => Promise<void>;
}

/** What a line may begin with that is no message. `/quit` is the loop's own. */
const COMMANDS: Readonly<Record<string, Command>> = {
  history: { help: 'everything that was said', run: showHistory },
  retry: { help: 'asks the last question once more, in its place', run: retry },
  rewind: { help: 'takes back the last turn, or as many as you say', run: rewind },
  fork: { help: 'begins another conversation with what was said; you may name it', run: fork },
  status: { help: 'how it stands, what was spent, what is behind it', run: showStatus },
  close: { help: 'takes no more messages; you may say why', run: close },
  reopen: { help: 'has a closed conversation go on', run: reopen },
};

/** @throws what the conversation says to it. */
export async function runCommand(desk: Desk, line: string): Promise<void> {
  const [name = '', ...words] = line.slice(1).split(/\s+/);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command.run(desk, words.join(' '));
  if (name !== 'help') desk.screen.note(`  There is no /${name}.`);
  showHelp(desk);
}

function showHelp({ screen }: Desk): void {
  for (const [name, { help }] of Object.entries(COMMANDS)) screen.note(`  /${name.padEnd(8)} ${help}`);
  screen.note('  /quit     leaves; so does Ctrl-C, in the middle of a turn, too: its answer waits for you');
}

async function showHistory({ chat, screen }: Desk): Promise<void> {
  const [messages, turns] = await Promise.all([chat.messages(), chat.turns({ whole: true })]);
  if (messages.from > 0) screen.note(`  ${messages.from} older messages are not retained any more.`);
  for (const line of toHistory(messages, turns)) screen.print(line);
}

function retry({ sender }: Desk): Promise<void> {
  return sender.send({ kind: 'retry', prompt: '' });
}

async function rewind({ chat, screen }: Desk, argument: string): Promise<void> {
  const count = Math.max(1, Number.parseInt(argument, 10) || 1);
  const turns = (await chat.turns()).filter(({ from, to }) => from !== undefined && to !== from);
  const last = turns.at(-1 - count);
  const left = await chat.rewind({ to: last?.id ?? null });
  screen.note(`  Taken back: ${Math.min(count, turns.length)} turns. ${left} messages are left.`);
}

async function fork({ chat, screen }: Desk, argument: string): Promise<void> {
  const id = argument || `${chat.id}-${Date.now().toString(36)}`;
  const copy = await chat.fork({ id });
  screen.note(`  It goes on in two. The other: npm run chat -- --id ${copy.id}`);
}

async function showStatus({ chat, backend, screen }: Desk): Promise<void> {
  const [status, usage, turns, { total }] = await Promise.all([
    chat.status(),
    chat.usage(),
    chat.turns(),
    chat.messages({ from: -1 }),
  ]);
  screen.print(`  ${chat.id} is ${status}: ${turns.length} turns, ${total} messages`);
  screen.print(toUsageLine(usage));
  screen.note(`  ${backend.describe()}`);
  if (chat.url !== undefined && status !== 'absent') screen.note(`  ${chat.url}`);
}

async function close({ chat, screen }: Desk, reason: string): Promise<void> {
  await chat.close(reason === '' ? undefined : reason);
  screen.note('  Closed. /reopen has it go on.');
}

async function reopen({ chat, screen }: Desk): Promise<void> {
  await chat.reopen();
  screen.note('  It goes on.');
}
