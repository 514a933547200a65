import type { CarriedConversation } from '../../../../src/common/conversation-wire';
import {
  MAX_CARRIED_RESULTS,
  MAX_OLDER_TURNS_LENGTH,
  MAX_PAYLOAD_BYTES,
  MAX_RECENT_TURNS,
} from '../../../../src/common/size-limits';
import { EMPTY_TRANSCRIPT, targetOf } from '../../../../src/common/transcript';
import { NO_USAGE } from '../../../../src/common/usage';
import {
  fromCarriedConversation,
  toCarriedConversation,
  withoutConversationMessages,
} from '../../../../src/workflows/loop/conversation';
import { answers, asks, Talk, talkOf } from './talk';

const sizeOf = (carried: CarriedConversation | undefined): number => JSON.stringify(carried).length;

describe('a conversation is handed on', () => {
  it('between two turns, with its messages and what came after the last request', () => {
    const talk = talkOf('a', 'b');
    const carried = talk.carried();
    expect(carried).toMatchObject({
      usage: { requests: 2 },
      transcript: {
        address: targetOf(talk.transcript.unsent),
        held: { start: EMPTY_TRANSCRIPT, messages: talk.messages },
      },
      tail: [{ response: 'answer to b' }],
      turns: [
        { id: 'a', span: [0, 2], execution: 'execution 1' },
        { id: 'b', span: [2, 4], execution: 'execution 1' },
      ],
      last: { id: 'b', request: { prompt: 'b' } },
      queue: [],
    });
    expect(carried).not.toHaveProperty('running');
    expect(carried).not.toHaveProperty('closing');
  });

  it('between two steps of a turn, which then has the messages', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.take('c', asks('c'));
    talk.begin();
    talk.resolved();
    const carried = talk.carried();
    expect(carried).toMatchObject({
      running: {
        turn: { id: 'b' },
        run: { span: [2, 2], tail: [{ response: 'answer to a' }, { input: 'b' }] },
      },
      queue: [{ id: 'c' }],
    });
    expect(carried).not.toHaveProperty('transcript');
    expect(carried).not.toHaveProperty('tail');
  });

  it('not while a turn is beginning, and not while one is ending', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    expect(talk.carried()).toBeDefined();
    talk.begin();
    expect(talk.carried()).toBeUndefined();
    talk.resolved();
    expect(talk.carried()).toBeDefined();
    talk.received(answers('r', 'Yes.'));
    expect(talk.carried()).toBeUndefined();
    talk.end();
    expect(talk.carried()).toBeDefined();
  });

  it('not with a run that is of no turn', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.begin();
    const run = talk.resolved();
    expect(toCarriedConversation({ ...talk.state, running: undefined }, run, '')).toBeUndefined();
  });

  it('as one that closes, when it was asked to', () => {
    const talk = talkOf('a');
    talk.state = { ...talk.state, closing: { reason: 'done', idle: true } };
    talk.handOn();
    expect(talk.state.closing).toEqual({ reason: 'done', idle: true });
  });

  it('without its messages, when they are too large: the address says which they are', () => {
    const talk = talkOf('a');
    const between = talk.carried();
    talk.take('b', asks('b'));
    talk.begin();
    talk.resolved();
    const within = talk.carried();
    if (between === undefined || within === undefined) throw new Error('it can be handed on');
    const light = withoutConversationMessages(between);
    expect(light.transcript).toEqual({ ...between.transcript, held: undefined });
    const { running } = withoutConversationMessages(within);
    expect(running?.run.transcript).toEqual({ ...within.running?.run.transcript, held: undefined });
    const { conversation } = fromCarriedConversation({}, light);
    expect(conversation.transcript).toMatchObject({ start: between.transcript?.address, messages: [] });
  });

  it('with turns of which nothing was said, each with its place', () => {
    const nothingSaid: CarriedConversation = {
      format: 1,
      usage: NO_USAGE,
      turns: [
        { id: 'a', digest: '', status: 'failed', span: [0, 0], usage: {}, updateId: '', execution: 'x' },
      ],
      older: [],
      forgotten: 0,
      ends: [],
      queue: [],
    };
    const talk = new Talk();
    talk.state = fromCarriedConversation({}, nothingSaid).conversation;
    talk.say('b');
    expect(talk.spans).toEqual({ a: [0, 0], b: [0, 2] });
    expect(talk.rewind('b')).toBeUndefined();
    expect(talk.rewind('a')).toBeUndefined();
    expect(talk.messages).toEqual([]);
  });
});

describe('what is handed on of a conversation', () => {
  it('is as much after 6,000 turns as after 3,000', () => {
    const talk = new Talk();
    const sizes: number[] = [];
    for (let turn = 1; turn <= 6_000; turn++) {
      talk.say(`${String(turn).padStart(8, '0')}-turn-of-some-conversation`);
      if (turn % 150 === 0) {
        const carried = talk.carried();
        if (carried === undefined) throw new Error('it is between turns');
        const light = withoutConversationMessages(carried);
        sizes.push(sizeOf(light));
        talk.state = fromCarriedConversation({}, light).conversation; // nobody looks at the messages here
      }
    }
    const [half = NaN, end = NaN] = [sizes[sizes.length / 2 - 1], sizes.at(-1)];
    expect(Math.abs(end - half)).toBeLessThan(2_000);
    expect(end).toBeLessThan(MAX_OLDER_TURNS_LENGTH + 60_000);
    const { turns, older, forgotten, ends, usage } = talk.state;
    const known = older.reduce((sum, group) => sum + group.turns.length, 0);
    expect(turns).toHaveLength(MAX_RECENT_TURNS);
    expect(ends.size).toBe(MAX_CARRIED_RESULTS);
    expect(turns.length + known + forgotten).toBe(6_000);
    expect(usage.requests).toBe(6_000);
  });

  it('may be more than fits, by what was asked of turns that wait, and says so by its size only', () => {
    const talk = talkOf('a');
    for (const id of ['b', 'c', 'd']) talk.take(id, asks('x'.repeat(1_000_000), { digest: id }));
    const carried = talk.carried();
    if (carried === undefined) throw new Error('it is between turns');
    expect(sizeOf(withoutConversationMessages(carried))).toBeGreaterThan(MAX_PAYLOAD_BYTES);
    expect(talk.handOn('light')).toBe(true);
    expect(talk.state.queue.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });
});
