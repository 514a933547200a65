// Needs a real Temporal server. Conversations that go on in one workflow run after the other.
import { UnknownTurnError } from 'perdure';
import { AgentClient, type Conversation } from 'perdure/client';
import { serveTalker, type Talker, type TalkerServed, textsOf } from '../support/conversations';
import { until } from '../support/until';

const ROLL_OVER = { rollOver: { historyEvents: 30 } };

let served: TalkerServed;

beforeEach(async () => {
  served = await serveTalker(ROLL_OVER);
});

afterEach(async () => {
  served.gate.open();
  await served.stop();
});

type Chat = Conversation<Talker['agent']>;

/** The workflow runs of a conversation, newest first. */
async function executionsOf({ id }: Chat): Promise<string[]> {
  const { temporal } = served.client;
  const runs: string[] = [];
  let runId: string | undefined = (await temporal.workflow.getHandle(id).describe()).runId;
  while (runId !== undefined && runId !== '') {
    runs.push(runId);
    const { events } = await temporal.workflow.getHandle(id, runId).fetchHistory();
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  return runs;
}

function wordsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `word ${index}`);
}

describe('a conversation of many workflow runs', () => {
  it('has each turn once, also when its id is sent again much later, and exact usage', async () => {
    const { chat, asked, client, agent } = served;
    const words = wordsOf(12);
    for (const word of words) await chat.send(word, { turnId: word });
    expect((await executionsOf(chat)).length).toBeGreaterThan(3);
    const other = client.conversation(agent, chat.id);
    for (const [index, word] of words.entries()) {
      const output = `${word} (${2 * index + 1})`;
      await expect(other.send(word, { turnId: word })).resolves.toMatchObject({ output });
      await expect(other.turn(word).result()).resolves.toMatchObject({ output });
    }
    await expect(other.send('something else', { turnId: 'word 0' })).rejects.toThrow(/something else before/);
    expect(asked).toEqual(words);
    await expect(chat.usage()).resolves.toMatchObject({ requests: 12, totalTokens: 180 });
    expect(textsOf(await chat.messages())).toHaveLength(24);
  });

  it('has the failure of an old turn, too', async () => {
    const { chat, asked } = served;
    await expect(chat.send('fail', { turnId: 'bad' })).rejects.toThrow(/maximum output retries/i);
    for (const word of wordsOf(24)) await chat.send(word);
    await expect(chat.send('fail', { turnId: 'bad' })).rejects.toThrow(/maximum output retries/i);
    await expect(chat.turn('bad').status()).resolves.toBe('failed');
    expect(asked.filter((prompt) => prompt === 'fail')).toHaveLength(1);
  });

  it('tells of turns, messages and pages as one', async () => {
    const { chat } = served;
    const words = wordsOf(10);
    for (const word of words) await chat.send(word, { turnId: word });
    const turns = await chat.turns();
    expect(turns.map(({ id }) => id)).toEqual(words);
    expect(turns.map(({ from, to }) => [from, to])).toEqual(
      words.map((_, index) => [2 * index, 2 * index + 2]),
    );
    const whole = await chat.turns({ whole: true });
    expect(whole.map(({ prompt }) => prompt)).toEqual(words);
    expect(whole.every(({ startedAt, endedAt }) => startedAt !== undefined && endedAt !== undefined)).toBe(
      true,
    );
    expect(whole.map(({ from, to }) => [from, to])).toEqual(turns.map(({ from, to }) => [from, to]));
    const page = await chat.messages({ from: 4, limit: 3 });
    expect(textsOf(page)).toEqual(['word 2', 'word 2 (5)', 'word 3']);
    expect(page).toMatchObject({ from: 4, total: 20 });
  });

  it('is rewound, retried, forked, exported, closed and opened again as one', async () => {
    const { chat, newId, client, agent } = served;
    const words = wordsOf(8);
    for (const word of words) await chat.send(word, { turnId: word });
    const fork = await chat.fork({ at: 'word 1', id: newId() });
    await expect(fork.send('fork')).resolves.toMatchObject({ output: 'fork (5)' });
    const copy = await client.importConversation(agent, newId(), await chat.export());
    await expect(copy.send('copy')).resolves.toMatchObject({ output: 'copy (17)' });
    await expect(chat.retry()).resolves.toMatchObject({ output: 'word 7 (15)' });
    await chat.rewind({ to: 'word 2' });
    await expect(chat.send('next')).resolves.toMatchObject({ output: 'next (7)' });
    await chat.close();
    await chat.reopen();
    for (const word of ['x', 'y', 'z']) await chat.send(word, { turnId: word });
    expect(textsOf(await chat.messages())).toEqual([
      ...['word 0', 'word 0 (1)', 'word 1', 'word 1 (3)', 'word 2', 'word 2 (5)'],
      ...['next', 'next (7)', 'x', 'x (9)', 'y', 'y (11)', 'z', 'z (13)'],
    ]);
    await expect(chat.usage()).resolves.toMatchObject({ requests: 13 });
    for (const word of words) {
      await expect(chat.send(word, { turnId: word })).resolves.toMatchObject({ turnId: word });
    }
  });
});

describe('a turn that goes on in other workflow runs', () => {
  it('comes back to its sender, and to those that wait behind it', async () => {
    const { chat, asked } = served;
    const long = chat.send('count 10', { turnId: 'long' });
    await until(async () => ((await chat.status()) === 'absent' ? undefined : true));
    const behind = chat.send('next', { turnId: 'behind' });
    const seen = new Set<string>();
    const looking = until(async () => {
      seen.add(await chat.turn('long').status());
      expect((await chat.messages()).length).toBeGreaterThan(0);
      return seen.has('completed') ? true : undefined;
    });
    await expect(long).resolves.toMatchObject({
      output: 'count 10 (21)',
      usage: { requests: 11, toolCalls: 10 },
      conversationUsage: { requests: 11, toolCalls: 10 },
    });
    await expect(behind).resolves.toMatchObject({ output: 'next (23)', conversationUsage: { requests: 12 } });
    await looking;
    expect(seen).not.toContain('failed');
    expect((await executionsOf(chat)).length).toBeGreaterThan(2);
    expect(asked.filter((prompt) => prompt === 'next')).toHaveLength(1);
    expect(asked).toHaveLength(12);
    const [first, second] = await chat.turns();
    expect(first).toMatchObject({ id: 'long', from: 0, to: 22, usage: { requests: 11 } });
    expect(second).toMatchObject({ id: 'behind', from: 22, to: 24 });
    expect(textsOf(await chat.messages())).toEqual(['count 10', 'count 10 (21)', 'next', 'next (23)']);
  });

  it('that nobody waits for is known to have ended, and gives its result later', async () => {
    const { chat, taskQueue } = served;
    await chat.sendAsync('count 10', { turnId: 'long' });
    await until(async () => ((await chat.status()) === 'idle' ? true : undefined));
    expect((await executionsOf(chat)).length).toBeGreaterThan(2);
    await expect(chat.turn('long').status()).resolves.toBe('completed');
    await expect(chat.usage()).resolves.toMatchObject({ requests: 11, toolCalls: 10 });
    for (const word of wordsOf(30)) await chat.send(word);
    const other = await AgentClient.connect({ taskQueue });
    const turn = other.conversation('talker', chat.id).turn('long');
    await expect(turn.result()).resolves.toMatchObject({ output: 'count 10 (21)' });
    await expect(other.conversation('talker', chat.id).turn('none').result()).rejects.toThrow(
      UnknownTurnError,
    );
    await other.close();
  });

  it('can be waited for from the middle, cancelled, and closed behind', async () => {
    const { chat, gate } = served;
    for (const word of wordsOf(3)) await chat.send(word);
    const turn = await chat.sendAsync('wait', { turnId: 'w' });
    await gate.reached;
    const waiting = turn.result();
    waiting.catch(() => undefined); // awaited below
    const behind = await chat.sendAsync('count 10', { turnId: 'behind' });
    await chat.close('done');
    await turn.cancel('enough');
    await expect(waiting).rejects.toThrow('enough');
    await expect(behind.result()).resolves.toMatchObject({ usage: { toolCalls: 10 } });
    await until(async () =>
      (await served.client.temporal.workflow.getHandle(chat.id).describe()).status.name === 'COMPLETED'
        ? true
        : undefined,
    );
    await expect(behind.result()).resolves.toMatchObject({ usage: { toolCalls: 10 } });
    await expect(chat.send('too late')).rejects.toThrow(/is closed: done/);
  });
});
