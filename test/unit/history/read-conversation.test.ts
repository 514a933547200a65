import type { CarriedConversation } from '../../../src/common/conversation-wire';
import { UserError } from '../../../src/common/errors';
import type { ModelMessage } from '../../../src/common/messages';
import { packInParts } from '../../../src/common/packed-messages';
import { NO_USAGE } from '../../../src/common/usage';
import { readConversation, readExecution, readRun, type RecordedConversation } from '../../../src/history';
import {
  clientWith,
  completed,
  ConversationHistory,
  failed,
  timeOf,
} from '../../support/conversation-history';
import { byHand, request, said, user } from '../../support/messages';

function textsOf(messages: readonly ModelMessage[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.map((part) => ('content' in part ? String(part.content) : part.kind)),
  );
}

const read = (...histories: readonly ConversationHistory[]): Promise<RecordedConversation> =>
  readConversation(clientWith({ talk: histories }), { runId: 'talk' }, 'last');

/** A conversation of one turn that has ended, and the event that took it. */
function oneTurn(): { history: ConversationHistory; taken: number } {
  const history = new ConversationHistory('one');
  const taken = history.asked('t1');
  history.begun().said('t1', { append: [{ input: 't1' }], text: 'answer 1' });
  history.ended(taken, completed('answer 1'));
  return { history, taken };
}

const CARRIED: CarriedConversation = {
  format: 1,
  usage: { ...NO_USAGE, requests: 1, outputTokens: 2, totalTokens: 2 },
  transcript: {
    tokens: 9,
    continued: 0,
    dropped: 0,
    shift: 0,
    address: { length: 2, version: 'v2' },
    held: {
      start: { length: 0, version: '' },
      earlier: [],
      messages: [request(user('t1')), byHand(said('answer 1'))],
      versions: ['v1', 'v2'],
    },
  },
  tail: [{ response: 'answer 1' }],
  turns: [
    {
      id: 't1',
      digest: 'd',
      status: 'completed',
      span: [0, 2],
      usage: { requests: 1 },
      updateId: 't1/d',
      execution: 'one',
    },
  ],
  older: [],
  forgotten: 0,
  ends: [['t1', completed('answer 1')]],
  queue: [],
};

/** The same, with messages to be loaded. */
function light({ transcript, ...carried }: CarriedConversation): CarriedConversation {
  return {
    ...carried,
    ...(transcript === undefined ? {} : { transcript: { ...transcript, held: undefined } }),
  };
}

describe('the history of a conversation', () => {
  it('tells of a turn what was asked, said and spent, and when it began and ended', async () => {
    const { history } = oneTurn();
    const talk = await read(history);
    expect(talk.agent).toBe('talker');
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1']);
    expect(talk.usage).toMatchObject({ requests: 1, outputTokens: 2 });
    const [turn, ...others] = talk.placedTurns();
    expect(others).toEqual([]);
    expect(turn).toMatchObject({
      id: 't1',
      status: 'completed',
      from: 0,
      to: 2,
      span: [0, 2],
      request: { prompt: 't1' },
    });
    expect(turn).toMatchObject({
      updateId: 't1/d',
      execution: 'one',
      startedAt: timeOf(3),
      endedAt: timeOf(6),
    });
    expect(talk.turns.find('t1')?.end).toEqual(completed('answer 1'));
  });

  it('tells of a turn that runs and one that waits, and counts what the running one spent', async () => {
    const { history } = oneTurn();
    history.asked('t2');
    history.asked('t3');
    history
      .begun()
      .said('t2', { base: 1, append: [{ response: 'answer 1' }, { input: 't2' }], text: 'thinking' });
    const talk = await read(history);
    expect(talk.turns.all.map(({ id, status }) => [id, status])).toEqual([
      ['t1', 'completed'],
      ['t2', 'running'],
      ['t3', 'queued'],
    ]);
    expect(talk.turns.running?.usage.requests).toBe(1);
    expect(talk.usage.requests).toBe(2);
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1', 't2', 'thinking']);
    expect(textsOf(talk.seenOfEnded())).toEqual(['t1', 'answer 1']);
  });

  it('has the prompt of a turn that no model was asked yet', async () => {
    const { history } = oneTurn();
    history.asked('t2');
    history.begun();
    expect(textsOf((await read(history)).messagesSoFar())).toEqual(['t1', 'answer 1', 't2']);
  });

  it('has the turn once whose sender sends it again, and those who wait change nothing', async () => {
    const { history, taken } = oneTurn();
    const again = history.update('conversation.turn', { turnId: 't1' }, 'wait/t1');
    history.asked('t2');
    history
      .begun()
      .said('t2', { base: 1, append: [{ response: 'answer 1' }, { input: 't2' }], text: 'thinking' });
    history.ended(again, completed('answer 1')).ended(taken, completed('answer 1'));
    const talk = await read(history);
    expect(talk.turns.all.map(({ id }) => id)).toEqual(['t1', 't2']);
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1', 't2', 'thinking']);
  });

  it('tells how turns failed', async () => {
    const history = new ConversationHistory('one');
    const first = history.asked('t1');
    const second = history.asked('t2');
    history.ended(second, failed('RunCancelledError', 'not any more', []));
    history.ended(first, failed('UserError', 'no such agent', []));
    const talk = await read(history);
    expect(talk.turns.all.map(({ id, status }) => [id, status])).toEqual([
      ['t2', 'cancelled'],
      ['t1', 'failed'],
    ]);
    expect(talk.messagesSoFar()).toEqual([]);
    expect(talk.turns.find('t1')?.end).toEqual(failed('UserError', 'no such agent', []));
  });

  it('does not take for an end what a waiting caller was refused with, or a cancellation of all', async () => {
    const history = new ConversationHistory('one');
    const taken = history.asked('t1');
    history.begun().ended(taken, failed('ConversationRefusal', 'elsewhere'));
    history.any({
      workflowExecutionUpdateCompletedEventAttributes: {
        acceptedEventId: taken,
        outcome: { failure: { message: 'cancelled', canceledFailureInfo: {} } },
      },
    });
    expect((await read(history)).turns.running?.id).toBe('t1');
  });

  it('knows of an end that nobody waited for', async () => {
    const history = new ConversationHistory('one');
    history.asked('t1');
    history.begun().said('t1', { append: [{ input: 't1' }], text: 'answer 1' });
    history.endedAlone('t1', completed('answer 1'));
    const talk = await read(history);
    expect(talk.turns.find('t1')).toMatchObject({ status: 'completed', usage: { requests: 1 } });
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1']);
  });

  it('reads an update whose request another event tells of, as after a reset', async () => {
    const history = new ConversationHistory('one');
    const scratch = new ConversationHistory('scratch');
    scratch.asked('t1');
    const { workflowExecutionUpdateAcceptedEventAttributes: accepted } = scratch.events[1] as {
      workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest: object };
    };
    history.any({ workflowExecutionUpdateAdmittedEventAttributes: { request: accepted.acceptedRequest } });
    history.any({ workflowExecutionUpdateAcceptedEventAttributes: { protocolInstanceId: 't1/d' } });
    expect((await read(history)).turns.all).toMatchObject([{ id: 't1', status: 'queued' }]);
  });

  it('takes back what a rewind takes back', async () => {
    const { history } = oneTurn();
    const taken = history.asked('t2');
    history
      .begun()
      .said('t2', { base: 1, append: [{ response: 'answer 1' }, { input: 't2' }], text: 'answer 2' });
    history.ended(taken, completed('answer 2')).rewound('t1', 2);
    const talk = await read(history);
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1']);
    expect(talk.placedTurns().map(({ id, from }) => [id, from])).toEqual([
      ['t1', 0],
      ['t2', undefined],
    ]);
    expect(talk.usage.requests).toBe(2);
  });

  it('has a retry in the place of the turn before, with its request', async () => {
    const { history } = oneTurn();
    history.update('conversation.turn', {
      turnId: 'again',
      asked: { digest: 'r', request: { model: 'other' }, retryOf: 't1' },
    });
    history.begun();
    const talk = await read(history);
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1']);
    expect(talk.turns.running).toMatchObject({
      id: 'again',
      retryOf: 't1',
      request: { prompt: 't1', model: 'other' },
    });
  });

  it('puts a turn that interrupts in front of those that wait', async () => {
    const history = new ConversationHistory('one');
    history.asked('t1');
    history.update('conversation.turn', {
      turnId: 'now',
      asked: { digest: 'd', request: {}, whenBusy: 'interrupt' },
    });
    expect((await read(history)).turns.all.map(({ id }) => id)).toEqual(['now', 't1']);
  });

  it('counts its events, but for the workflow tasks at its end, which may be gone later', async () => {
    const { history } = oneTurn();
    const before = history.events.length;
    history.any({ workflowTaskScheduledEventAttributes: {} }).any({ workflowTaskStartedEventAttributes: {} });
    expect(await read(history)).toMatchObject({ execution: 'one', events: before });
  });

  it('is not that of a run', async () => {
    const run = clientWith({ talk: [] });
    const started = { workflowExecutionStartedEventAttributes: { workflowType: { name: 'talker' } } };
    const getHandle = () => ({ fetchHistory: () => Promise.resolve({ events: [started] }) });
    Object.assign(run.workflow, { getHandle });
    await expect(readConversation(run, { runId: 'talk' }, 'last')).rejects.toThrow(
      "'talk' is a run of agent 'talker', and no conversation",
    );
    const talk = clientWith({ talk: [new ConversationHistory('one')] });
    await expect(readRun(talk, 'talk')).rejects.toThrow(UserError);
  });
});

describe('a conversation of several workflow runs', () => {
  function two(carried = CARRIED): readonly ConversationHistory[] {
    const { history } = oneTurn();
    history.continuedAsNew(carried);
    const next = new ConversationHistory('two', { carried, continues: 'one' });
    return [next, history];
  }

  it('is told by the last one: turns, usage, and what the model reads', async () => {
    const client = clientWith({ talk: two() });
    const talk = await readConversation(client, { runId: 'talk' }, 'last');
    expect(client.read).toEqual(['two']);
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1']);
    expect(talk.usage.requests).toBe(1);
    expect(talk.placedTurns()).toMatchObject([
      { id: 't1', from: 0, to: 2, execution: 'one', status: 'completed' },
    ]);
    expect(talk.turns.find('t1')?.end).toEqual(completed('answer 1'));
  });

  it('is read back as far as it takes: for its messages, or to its beginning', async () => {
    const client = clientWith({ talk: two() });
    await readConversation(client, { runId: 'talk' }, 'messages');
    expect(client.read).toEqual(['two']);
    const talk = await readConversation(client, { runId: 'talk' }, 'all');
    expect(client.read).toEqual(['two', 'two', 'one']);
    expect(talk.placedTurns()).toMatchObject([{ startedAt: timeOf(3), request: { prompt: 't1' } }]);
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1']);
  });

  it('is read back where its messages are not handed on, unless the last one has loaded them', async () => {
    const [next, first] = two(light(CARRIED)) as [ConversationHistory, ConversationHistory];
    const client = clientWith({ talk: [next, first] });
    const early = await readConversation(client, { runId: 'talk' }, 'last');
    expect(client.read).toEqual(['two', 'two', 'one']);
    expect(textsOf(early.seenSoFar())).toEqual(['t1', 'answer 1']);
    const parts = packInParts(early.seenSoFar());
    for (const gzip of parts) next.loaded(gzip, parts.length);
    client.read.length = 0;
    const later = await readConversation(client, { runId: 'talk' }, 'last');
    expect(client.read).toEqual(['two']);
    expect(textsOf(later.seenSoFar())).toEqual(['t1', 'answer 1']);
    expect(later.placedTurns()).toMatchObject([{ id: 't1', from: 0, to: 2 }]);
  });

  it('counts the messages before those that are retained', async () => {
    const { transcript } = CARRIED;
    if (transcript === undefined) throw new Error('no transcript');
    const carried = { ...CARRIED, transcript: { ...transcript, dropped: 7, shift: 7 } };
    const client = clientWith({ talk: [new ConversationHistory('two', { carried, continues: 'gone' })] });
    const talk = await readConversation(client, { runId: 'talk' }, 'messages');
    expect(talk.before).toBe(7);
    expect(talk.placedTurns()).toMatchObject([{ id: 't1', from: 7, to: 9, span: [0, 2] }]);
  });

  it('goes on with the turn that ran: with its request, and what it has spent', async () => {
    const { transcript, tail: _between, ...rest } = CARRIED;
    if (transcript === undefined) throw new Error('no transcript');
    const carried: CarriedConversation = {
      ...rest,
      running: {
        turn: { id: 't2', digest: 'd', updateId: 't2/d', request: { prompt: 't2' } },
        run: {
          format: 1,
          manifest: { model: 'scripted' } as never, // not read
          usage: { ...NO_USAGE, requests: 3 },
          step: 3,
          retries: { output: 0, tools: {} },
          phase: { kind: 'requesting' },
          transcript,
          span: [2, 2],
          tail: [],
        },
      },
    };
    const talk = await read(new ConversationHistory('two', { carried, continues: 'one' }));
    expect(talk.usage.requests).toBe(4);
    expect(talk.turns.running).toMatchObject({ id: 't2', usage: { requests: 3 }, request: { prompt: 't2' } });
  });

  it('ends in the last: closed with a reason, or terminated in the middle of a turn', async () => {
    const closed = new ConversationHistory('two', { carried: CARRIED, continues: 'one' });
    closed.closed({ closed: 'asked', reason: 'done', state: { ...light(CARRIED), tail: [] } });
    expect((await read(closed)).end).toEqual({ how: 'asked', reason: 'done' });
    const { history } = oneTurn();
    history.asked('t2');
    history.begun().terminated('enough');
    const talk = await read(history);
    expect(talk.end).toEqual({ how: 'terminated', reason: 'enough' });
    expect(talk.turns.all.map(({ status }) => status)).toEqual(['completed', 'cancelled']);
  });
});

describe('a conversation that goes on from another one', () => {
  const origin = { kind: 'fork', conversationId: 'talk', execution: 'one', events: 6, messages: 2 } as const;

  it('has the messages of the other one until it has loaded them', async () => {
    const { history } = oneTurn();
    history.asked('t2');
    history
      .begun()
      .said('t2', { base: 1, append: [{ response: 'answer 1' }, { input: 't2' }], text: 'later' });
    const fork = new ConversationHistory('fork', { conversation: { origin }, carried: light(CARRIED) });
    const client = clientWith({ talk: [history], fork: [fork] });
    const copy = await readConversation(client, { runId: 'fork' }, 'last');
    expect(textsOf(copy.seenSoFar())).toEqual(['t1', 'answer 1']);
    expect(copy.placedTurns()).toMatchObject([{ id: 't1', from: 0, to: 2 }]);
    const loading = await readExecution(client, { runId: 'talk', execution: 'one', events: 6 });
    expect(textsOf(loading.seenSoFar())).toEqual(['t1', 'answer 1']);
  });

  it('that was opened again has all that was said before, also in a turn that was cut off', async () => {
    const { history } = oneTurn();
    history.asked('t2');
    history
      .begun()
      .said('t2', { base: 1, append: [{ response: 'answer 1' }, { input: 't2' }], text: 'cut off' });
    history.terminated('enough');
    const events = history.events.length;
    const again = new ConversationHistory('again', {
      conversation: {
        origin: { kind: 'reopen', conversationId: 'talk', execution: 'one', events, messages: 4 },
      },
      carried: {
        ...light(CARRIED),
        transcript: { tokens: 9, continued: 0, dropped: 0, shift: 0, address: { length: 4, version: 'v' } },
      },
    });
    again.asked('t3');
    again.begun().said('t3', { base: 4, append: [{ input: 't3' }], text: 'answer 3' });
    const client = clientWith({ talk: [again, history] });
    const talk = await readConversation(client, { runId: 'talk' }, 'all');
    expect(textsOf(talk.messagesSoFar())).toEqual(['t1', 'answer 1', 't2', 'cut off', 't3', 'answer 3']);
    expect(talk.turns.all.map(({ status }) => status)).toEqual(['completed', 'cancelled', 'running']);
    expect(talk.ended).toBe(false);
  });
});
