// Needs a real Temporal server: the suite's. One test starts a server of its own, and kills it.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentClient } from 'perdure/client';
import { type Child, killChildren, startExample } from '../support/child';
import { until } from '../support/until';

/** What the rules of the offline model make of order 42. */
const ANSWER = /^support: .*desk lamp.* Track parcel: parcel code P-7741, place Bremen/gm;

/** Of all terminals, with one worker behind them. */
const folder = mkdtempSync(path.join(tmpdir(), 'perdure-chat-'));

const OWN_SERVER = { TEMPORAL_ADDRESS: '', TEMPORAL_UI_URL: '' };

function start(chatArguments: readonly string[], environment: NodeJS.ProcessEnv = {}): Child {
  const command = ['support-chat/main.ts', ...chatArguments];
  const all = { SUPPORT_CHAT_DATA: folder, OPENAI_API_KEY: '', ...environment };
  return startExample(command, all, { stdin: 'pipe' });
}

describe('the support chat', () => {
  let id: string;

  beforeEach(() => {
    id = `customer-${randomUUID()}`;
  });

  afterEach(killChildren);

  afterAll(async () => {
    await Promise.all([start(['--stop']).ended, start(['--stop'], OWN_SERVER).ended]);
    rmSync(folder, { recursive: true });
  });

  function open(name: string, environment: NodeJS.ProcessEnv = {}): Child {
    return start(['--id', id, '--as', name], environment);
  }

  it('is one conversation in two terminals, and one turn when the sender and the worker die in the middle', async () => {
    const [ann, bob] = [open('Ann'), open('Bob')];
    const worker = await pidOf(bob, 'worker');
    ann.type('Where is order 42?');
    await until(async () => (await turnsOf(id)).find(({ status }) => status === 'running'));
    ann.signal('SIGKILL');
    process.kill(worker, 'SIGKILL');
    await ann.ended;

    const annAgain = open('Ann');
    await annAgain.printed('in the conversation');
    await bob.printed('P-7741, place Bremen');
    bob.type('And order 41?');
    await annAgain.printed('Bob: And order 41?');
    await bob.printed('P-7730, place Bremen');
    await annAgain.printed('P-7730, place Bremen');
    for (const terminal of [annAgain, bob]) {
      terminal.endInput();
      expect((await terminal.ended).code).toBe(0);
      expect(terminal.stdout.match(ANSWER)).toHaveLength(1);
      expect(terminal.stdout.match(/And order 41\?/g) ?? []).toHaveLength(terminal === bob ? 0 : 1); // who typed it has seen it
    }
    expect(annAgain.stdout).toContain('Ann (before): Where is order 42?');
    expect(ann.stdout).toBe('');
    expect(bob.stdout).toContain('Ann: Where is order 42?');
    await expect(turnsOf(id)).resolves.toMatchObject([
      { prompt: 'Where is order 42?', status: 'completed', metadata: { by: 'Ann' }, usage: { toolCalls: 2 } },
      { prompt: 'And order 41?', status: 'completed', metadata: { by: 'Bob' }, usage: { toolCalls: 2 } },
    ]);
  });

  it('answers what comes through a pipe, obeys commands, and fails when a message is not answered', async () => {
    const first = open('Ann');
    for (const line of ['Where is order 42?', '/rewind', '/history', '/close for today']) first.type(line);
    first.endInput();
    expect((await first.ended).code).toBe(0);
    expect(first.stdout).toMatch(ANSWER);
    expect(first.stdout).toMatch(/Taken back: 1 turns\. 0 messages are left\.\n(?!.*Ann: )/);

    const second = open('Ann');
    for (const line of ['Hello?', '/status', '/nonsense']) second.type(line);
    second.endInput();
    expect((await second.ended).code).toBe(1);
    expect(second.stdout).toContain(
      `ConversationClosedError: conversation '${id}' is closed: for today. reopen()`,
    );
    expect(second.stdout).toContain(`${id} is closed: 1 turns`);
    expect(second.stdout).toContain('/fork     begins another conversation');
  });

  it('starts a server of its own, and another one with the same database when that is killed', async () => {
    const ann = open('Ann', OWN_SERVER);
    ann.type('Where is order 42?');
    await ann.printed('in the conversation');
    const server = await pidOf(ann, 'server');
    ann.type('And order 41?');
    process.kill(server, 'SIGKILL');
    await ann.printed('P-7730, place Bremen');
    ann.type('/history');
    ann.endInput();

    expect((await ann.ended).code).toBe(0);
    expect(ann.stdout.match(ANSWER)).toHaveLength(2); // when it came, and in the history
  });
});

/** Of a process behind the terminals, as `/status` tells it. */
async function pidOf(terminal: Child, program: 'worker' | 'server'): Promise<number> {
  terminal.type('/status');
  await terminal.printed('server at');
  const [, , pid] = new RegExp(`${program}( at \\S+)? is process (\\d+)`).exec(terminal.stdout) ?? [];
  return Number(pid);
}

async function turnsOf(id: string) {
  const client = await AgentClient.connect({ taskQueue: 'support-chat' });
  const turns = await client.conversation('support', id).turns();
  await client.close();
  return turns;
}
