// Needs a real Temporal server.
import {
  ConversationBusyError,
  ConversationClosedError,
  PayloadTooLargeError,
  TurnNotKeptError,
  UnknownTurnError,
  UserError,
} from 'perdure';
import { AgentClient, type Conversation, type ConversationExport } from 'perdure/client';
import { until } from '../support/until';
import { serveTalkers, type Talker, textsOf } from '../support/conversations';

const here = serveTalkers();

type Chat = Conversation<Talker['agent']>;

async function say(chat: Chat, ...words: readonly string[]): Promise<void> {
  for (const word of words) await chat.send(word, { turnId: word });
}

async function saidIn(chat: Chat): Promise<string[]> {
  return textsOf(await chat.messages());
}

describe('a retry', () => {
  it('asks the last prompt again in the place of the last turn', async () => {
    const { chat, asked } = await here();
    await say(chat, 'a', 'b');
    const again = await chat.retry({ turnId: 'again' });
    expect(again).toMatchObject({ output: 'b (3)', turnId: 'again', conversationUsage: { requests: 3 } });
    expect(asked).toEqual(['a', 'b', 'b']);
    expect(await saidIn(chat)).toEqual(['a', 'a (1)', 'b', 'b (3)']);
    const [, before, retried] = await chat.turns();
    expect(before).toMatchObject({ id: 'b', status: 'completed' });
    expect(before).not.toHaveProperty('from');
    expect(retried).toMatchObject({ id: 'again', retryOf: 'b', from: 2, to: 4, prompt: 'b' });
    await expect(chat.send('b', { turnId: 'b' })).resolves.toMatchObject({ output: 'b (3)' });
    expect(asked).toHaveLength(3);
  });

  it('is the same retry when it is sent again, and another one without an id', async () => {
    const { chat, asked } = await here();
    await say(chat, 'a');
    for (let time = 0; time < 3; time++) await chat.retry({ turnId: 'again' });
    expect(asked).toEqual(['a', 'a']);
    await chat.retry();
    expect(asked).toEqual(['a', 'a', 'a']);
    expect(await saidIn(chat)).toEqual(['a', 'a (1)']);
  });

  it('takes a turn that failed to its end', async () => {
    const { chat } = await here();
    await expect(chat.send('count 3', { usageLimits: { requestLimit: 2 } })).rejects.toThrow(/request_limit/);
    await expect(chat.retry({ usageLimits: { requestLimit: 9 } })).resolves.toMatchObject({
      output: 'count 3 (7)',
    });
    expect(await saidIn(chat)).toEqual(['count 3', 'count 3 (7)']);
  });

  it('needs a last turn, and one that has ended', async () => {
    const { chat, gate } = await here();
    await expect(chat.retry()).rejects.toThrow(/no conversation/);
    const turn = await chat.sendAsync('wait', { turnId: 'w' });
    await gate.reached;
    await expect(chat.retry()).rejects.toThrow(/turn/);
    gate.open();
    await turn.result();
    const next = chat.send('hello');
    await next;
    await expect(chat.retry()).resolves.toMatchObject({ output: 'hello (3)' });
  });
});

describe('a rewind', () => {
  it('takes back what was said after a turn, and the conversation goes on from there', async () => {
    const { chat } = await here();
    await say(chat, 'a', 'b', 'c');
    await expect(chat.rewind({ to: 'a' })).resolves.toBe(2);
    expect(await saidIn(chat)).toEqual(['a', 'a (1)']);
    await expect(chat.send('d')).resolves.toMatchObject({ output: 'd (3)' });
    expect(await saidIn(chat)).toEqual(['a', 'a (1)', 'd', 'd (3)']);
    await expect(chat.usage()).resolves.toMatchObject({ requests: 4 });
    const turns = await chat.turns();
    expect(turns.map(({ id, from }) => [id, from])).toMatchObject([
      ['a', 0],
      ['b', undefined],
      ['c', undefined],
      [expect.anything(), 2],
    ]);
  });

  it('takes back everything', async () => {
    const { chat } = await here();
    await say(chat, 'a', 'b');
    await expect(chat.rewind({ to: null })).resolves.toBe(0);
    expect(await saidIn(chat)).toEqual([]);
    await expect(chat.send('c')).resolves.toMatchObject({ output: 'c (1)' });
    expect(await saidIn(chat)).toEqual(['c', 'c (1)']);
  });

  it('is refused to a turn that is not there, to one that was taken back, and while a turn runs', async () => {
    const { chat, gate } = await here();
    await say(chat, 'a', 'b');
    await expect(chat.rewind({ to: 'nothing' })).rejects.toThrow(UnknownTurnError);
    await expect(chat.rewind({ to: 'nothing' })).rejects.toMatchObject({ turnId: 'nothing' });
    await chat.rewind({ to: 'a' });
    await expect(chat.rewind({ to: 'b' })).rejects.toThrow(TurnNotKeptError);
    await chat.sendAsync('wait', { turnId: 'w' });
    await gate.reached;
    await expect(chat.rewind({ to: 'a' })).rejects.toThrow(ConversationBusyError);
    await expect(chat.rewind({} as { to: null })).rejects.toThrow(UserError);
  });
});

describe('a fork', () => {
  it('goes on from what was said until its turn, apart from its source', async () => {
    const { chat, newId } = await here();
    await say(chat, 'a', 'b', 'c');
    const fork = await chat.fork({ at: 'b', id: newId() });
    expect(await saidIn(fork)).toEqual(['a', 'a (1)', 'b', 'b (3)']);
    await expect(fork.send('other')).resolves.toMatchObject({
      output: 'other (5)',
      conversationUsage: { requests: 1 },
    });
    await expect(chat.send('d')).resolves.toMatchObject({ output: 'd (7)' });
    expect(await saidIn(fork)).toEqual(['a', 'a (1)', 'b', 'b (3)', 'other', 'other (5)']);
    expect((await fork.turns()).map(({ id, from, to }) => [id, from, to]).slice(0, 2)).toEqual([
      ['a', 0, 2],
      ['b', 2, 4],
    ]);
    await expect(fork.usage()).resolves.toMatchObject({ requests: 1 });
  });

  it('is of the last turn by default, can be retried, rewound and forked itself', async () => {
    const { chat, newId } = await here();
    await say(chat, 'a', 'b');
    const fork = await chat.fork({ id: newId() });
    await expect(fork.retry()).resolves.toMatchObject({ output: 'b (3)' });
    await fork.rewind({ to: 'a' });
    await say(fork, 'x');
    const second = await fork.fork({ id: newId() });
    await say(second, 'y');
    expect(await saidIn(second)).toEqual(['a', 'a (1)', 'x', 'x (3)', 'y', 'y (5)']);
    expect(await saidIn(chat)).toEqual(['a', 'a (1)', 'b', 'b (3)']);
  });

  it('shows its messages as soon as it is made, without a worker', async () => {
    const { chat, newId, client, agent } = await here();
    await say(chat, 'a', 'b');
    const unserved = new AgentClient(client.temporal, { taskQueue: `nobody-${chat.id}` });
    const fork = await unserved.conversation(agent, chat.id).fork({ at: 'a', id: newId() });
    expect(await saidIn(fork)).toEqual(['a', 'a (1)']);
    expect((await fork.turns()).map(({ id }) => id)).toEqual(['a']);
  });

  it('is the same when it is made again, and refused under an id that is taken', async () => {
    const { chat, newId } = await here();
    await say(chat, 'a');
    const id = newId();
    const fork = await chat.fork({ id });
    await chat.fork({ id });
    expect(await saidIn(fork)).toEqual(['a', 'a (1)']);
    await expect(chat.fork({ id: chat.id })).rejects.toThrow(/is the id of another conversation/);
  });

  it('is refused while a turn runs, and at a turn that is not there', async () => {
    const { chat, gate, newId } = await here();
    await say(chat, 'a');
    await expect(chat.fork({ id: newId(), at: 'nothing' })).rejects.toThrow(UnknownTurnError);
    await chat.sendAsync('wait', { turnId: 'w' });
    await gate.reached;
    const fork = chat.fork({ id: newId() });
    await expect(fork).rejects.toThrow(ConversationBusyError);
    await expect(fork).rejects.toMatchObject({ runningTurnId: 'w' });
  });
});

describe('closing', () => {
  it('takes no more turns, says why, and keeps what was said', async () => {
    const { chat, asked, newId } = await here();
    await say(chat, 'a');
    await chat.close('all is said');
    await expect(chat.status()).resolves.toBe('closed');
    const sent = chat.send('b');
    await expect(sent).rejects.toThrow(ConversationClosedError);
    await expect(sent).rejects.toMatchObject({ conversationId: chat.id, reason: 'all is said' });
    await expect(chat.sendAsync('b')).rejects.toThrow(/is closed: all is said/);
    await expect(chat.retry()).rejects.toThrow(ConversationClosedError);
    await expect(chat.rewind({ to: 'a' })).rejects.toThrow(ConversationClosedError);
    await chat.close();
    expect(await saidIn(chat)).toEqual(['a', 'a (1)']);
    await expect(chat.send('a', { turnId: 'a' })).resolves.toMatchObject({ output: 'a (1)' });
    await expect(chat.turn('a').result()).resolves.toMatchObject({ output: 'a (1)' });
    await expect(chat.turn('a').cancel()).resolves.toBeUndefined();
    await expect(chat.turn('z').result()).rejects.toThrow(UnknownTurnError);
    const fork = await chat.fork({ id: newId() });
    await expect(fork.send('b')).resolves.toMatchObject({ output: 'b (3)' });
    expect(asked).toEqual(['a', 'b']);
  });

  it('waits for the turns that were taken', async () => {
    const { chat, gate } = await here();
    const first = chat.send('wait');
    await gate.reached;
    const second = await chat.sendAsync('next');
    await chat.close();
    await expect(chat.send('too late')).rejects.toThrow(ConversationClosedError);
    gate.open();
    await expect(first).resolves.toMatchObject({ output: 'wait (1)' });
    await expect(second.result()).resolves.toMatchObject({ output: 'next (3)' });
  });

  it('comes by itself when nobody sends for as long as idleTimeout', async () => {
    const { chat } = await here({ idleTimeout: '1s' });
    await say(chat, 'a', 'b');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await expect(chat.status()).resolves.toBe('closed');
    await expect(chat.send('c')).rejects.toThrow(/is closed: nobody sent for as long as idleTimeout allows/);
  });
});

describe('opening again', () => {
  it('goes on from the last state, with what was spent', async () => {
    const { chat } = await here({ usageLimits: { requestLimit: 3 } });
    await say(chat, 'a', 'b');
    await chat.close();
    await chat.reopen();
    await expect(chat.status()).resolves.toBe('idle');
    await expect(chat.send('c')).resolves.toMatchObject({
      output: 'c (5)',
      conversationUsage: { requests: 3 },
    });
    await expect(chat.send('d')).rejects.toThrow(/request_limit/);
    expect((await saidIn(chat)).slice(0, 6)).toEqual(['a', 'a (1)', 'b', 'b (3)', 'c', 'c (5)']);
    await expect(chat.send('a', { turnId: 'a' })).resolves.toMatchObject({ output: 'a (1)' });
    expect((await chat.turns()).map(({ id }) => id).slice(0, 2)).toEqual(['a', 'b']);
  });

  it.each(['terminated', 'cancelled'])('has one go on that was %s in the middle of a turn', async (how) => {
    const { chat, gate, client } = await here();
    await say(chat, 'a');
    const turn = chat.send('wait', { turnId: 'w' });
    turn.catch(() => undefined); // awaited below
    await gate.reached;
    const workflow = client.temporal.workflow.getHandle(chat.id);
    await (how === 'terminated' ? workflow.terminate('enough') : workflow.cancel());
    await expect(turn).rejects.toThrow(how === 'terminated' ? /is closed: enough/ : /cancelled/i);
    await until(async () => ((await chat.status()) === 'closed' ? true : undefined));
    await expect(chat.send('b')).rejects.toThrow(ConversationClosedError);
    const before = await saidIn(chat);
    await chat.reopen();
    expect(await saidIn(chat)).toEqual(before);
    const next = await chat.send('b');
    expect(next.output).toMatch(/^b/);
    expect(textsOf(await next.newMessages())).toEqual(['b', next.output]);
    expect(await saidIn(chat)).toEqual([...before, 'b', next.output]);
    expect((await chat.turns()).map(({ status }) => status)).toEqual(['completed', 'cancelled', 'completed']);
  });

  it('is refused when it is not closed, and can be done again and again', async () => {
    const { chat } = await here();
    await expect(chat.reopen()).rejects.toThrow(/no conversation/);
    for (const word of ['a', 'b', 'c']) {
      await say(chat, word);
      await expect(chat.reopen()).rejects.toThrow(/is not closed/);
      await chat.close();
      await chat.reopen();
    }
    expect(await saidIn(chat)).toEqual(['a', 'a (1)', 'b', 'b (3)', 'c', 'c (5)']);
  });
});

describe('an export', () => {
  it('is JSON from which the conversation goes on under another id', async () => {
    const { chat, client, agent, newId, asked } = await here({ metadata: { customer: 7 } });
    await say(chat, 'a', 'count 2');
    const json = JSON.stringify(await chat.export());
    const copy = await client.importConversation(agent, newId(), json);
    expect(await saidIn(copy)).toEqual(await saidIn(chat));
    await expect(copy.usage()).resolves.toMatchObject({ requests: 4, toolCalls: 2 });
    await expect(copy.send('b')).resolves.toMatchObject({
      output: 'b (9)',
      conversationUsage: { requests: 5 },
    });
    await copy.rewind({ to: 'a' });
    await expect(copy.send('c')).resolves.toMatchObject({ output: 'c (3)' });
    await expect(copy.send('a', { turnId: 'a' })).rejects.toThrow(TurnNotKeptError);
    expect(asked.filter((prompt) => prompt === 'a')).toHaveLength(1);
    await expect(copy.export()).resolves.toMatchObject({ metadata: { customer: 7 }, format: 1 });
  });

  it('has a retry of its last turn', async () => {
    const { chat, client, agent, newId } = await here();
    await say(chat, 'a', 'b');
    const copy = await client.importConversation(agent, newId(), await chat.export());
    await expect(copy.retry()).resolves.toMatchObject({ output: 'b (3)' });
  });

  it('leaves out a turn that runs', async () => {
    const { chat, gate } = await here();
    await say(chat, 'a');
    await chat.sendAsync('wait');
    await gate.reached;
    const { messages, turns } = await chat.export();
    expect(textsOf(messages)).toEqual(['a', 'a (1)']);
    expect(turns.map(({ id }) => id)).toEqual(['a']);
  });

  const broken: readonly [string, (json: ConversationExport) => unknown, RegExp][] = [
    ['no JSON', () => '{"format":', /expected what export\(\) returned, or its JSON/],
    ['a list', () => [], /expected object/],
    ['another format', (json) => ({ ...json, format: 2 }), /format/],
    ['a message of no kind', (json) => ({ ...json, messages: [{ parts: [] }] }), /messages\.0\.kind/],
    [
      'a part without its text',
      (json) => ({ ...json, messages: [{ kind: 'request', parts: [{ kind: 'user-prompt' }] }] }),
      /messages\.0\.parts\.0\.content/,
    ],
    [
      'a status that there is not',
      ({ turns, ...json }) => ({ ...json, turns: [{ ...turns[0], status: 'odd' }] }),
      /turns\.0\.status/,
    ],
    [
      'a range beyond the messages',
      ({ turns, ...json }) => ({ ...json, turns: [{ ...turns[0], span: [0, 99] }] }),
      /turns\.0\.span/,
    ],
    ['a field that there is not', (json) => ({ ...json, more: 1 }), /more/],
  ];

  it('that is broken is refused with the path of the bad field, and begins nothing', async () => {
    const { chat, client, agent, newId } = await here();
    await say(chat, 'a');
    const json = await chat.export();
    for (const [, damage, message] of broken) {
      const id = newId();
      const importing = client.importConversation(agent, id, damage(json) as ConversationExport); // as a file may hold
      await expect(importing).rejects.toThrow(UserError);
      await expect(importing).rejects.toThrow(message);
      await expect(client.conversation(agent, id).status()).resolves.toBe('absent');
    }
  });

  it('that is too large says so', async () => {
    const { chat, client, agent, newId } = await here();
    await say(chat, 'a');
    const json = await chat.export();
    const noise = Array.from({ length: 300_000 }, () => Math.random().toString(36)).join('');
    const messages = [
      ...json.messages,
      { kind: 'request', parts: [{ kind: 'user-prompt', content: noise }] },
    ] as const;
    const importing = client.importConversation(agent, newId(), { ...json, messages });
    await expect(importing).rejects.toThrow(PayloadTooLargeError);
  });
});
