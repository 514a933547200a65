import type { RefusalDetail, TurnInput } from '../../../../src/common/conversation-wire';
import {
  fromCarriedConversation,
  refusalOfCancel,
  refusalOfRewind,
  refusalOfTurn,
  turnAnswer,
} from '../../../../src/workflows/loop/conversation';
import { asks, Talk, talkOf } from './talk';

/** Turn `a` has ended, `b` runs, `c` waits. */
function busyTalk(): Talk {
  const talk = talkOf('a');
  talk.take('b', asks('b'));
  talk.begin();
  talk.take('c', asks('c'));
  return talk;
}

function closingTalk(): Talk {
  const talk = talkOf('a');
  talk.close();
  return talk;
}

/** Of its turns `a` and `b` only the second is where it was said. */
function compactedTalk(): Talk {
  const talk = talkOf('a');
  talk.take('b', asks('b'));
  talk.begin();
  talk.resolved();
  talk.compacted({
    id: 'c',
    messages: { gzip: 'packed' },
    length: 2,
    tokens: 1,
    dropped: 2,
    ranges: [[0, 2]],
    kept: 1,
    strategy: '',
  });
  talk.end();
  return talk;
}

/** Of 150 turns the results of the first are not handed on, nor where they are. */
function longTalk(): Talk {
  const talk = new Talk();
  for (let turn = 0; turn < 150; turn++) talk.say(`turn ${turn}`);
  talk.handOn();
  return talk;
}

function importedTalk(): Talk {
  const talk = talkOf('a', 'b');
  const carried = talk.carried();
  if (carried === undefined) throw new Error('it is between turns');
  const turns = carried.turns.map((turn) => ({ ...turn, execution: '' }));
  talk.state = fromCarriedConversation({}, { ...carried, turns, ends: [] }).conversation;
  return talk;
}

interface Row<Asked> {
  readonly why: string;
  readonly talk: () => Talk;
  readonly asked: Asked;
  readonly refusal: RefusalDetail | undefined;
}

describe('a turn', () => {
  const retry = { digest: 'again', request: {}, retryOf: 'a' };
  const rows: readonly Row<TurnInput>[] = [
    {
      why: 'is taken by a conversation that does not know it',
      talk: talkOf,
      asked: { turnId: 'a', asked: asks('a') },
      refusal: undefined,
    },
    {
      why: 'is taken while another one runs, and waits',
      talk: busyTalk,
      asked: { turnId: 'd', asked: asks('d') },
      refusal: undefined,
    },
    {
      why: 'is taken while another one runs, and interrupts it',
      talk: busyTalk,
      asked: { turnId: 'd', asked: asks('d', { whenBusy: 'interrupt' }) },
      refusal: undefined,
    },
    {
      why: 'is refused while another one runs, when it is not to wait',
      talk: busyTalk,
      asked: { turnId: 'd', asked: asks('d', { whenBusy: 'reject' }) },
      refusal: { kind: 'busy', turnId: 'd', running: 'b' },
    },
    {
      why: 'is refused while another one waits to begin, when it is not to wait',
      talk: () => {
        const talk = talkOf('a');
        talk.take('b', asks('b'));
        return talk;
      },
      asked: { turnId: 'c', asked: asks('c', { whenBusy: 'reject' }) },
      refusal: { kind: 'busy', turnId: 'c', running: 'b' },
    },
    ...(['a', 'b', 'c'] as const).map((turnId): Row<TurnInput> => ({
      why: `is had again by who sends it again: '${turnId}' of one that ended, one that runs and one that waits`,
      talk: busyTalk,
      asked: { turnId, asked: asks(turnId, { whenBusy: 'reject' }) },
      refusal: undefined,
    })),
    ...(['a', 'b', 'c'] as const).map((turnId): Row<TurnInput> => ({
      why: `is refused when it asks something else than before, with both digests: '${turnId}'`,
      talk: busyTalk,
      asked: { turnId, asked: asks('something else') },
      refusal: {
        kind: 'conflict',
        turnId,
        digest: `digest of ${turnId}`,
        given: 'digest of something else',
      },
    })),
    ...(['a', 'b', 'c'] as const).map((turnId): Row<TurnInput> => ({
      why: `is waited for by who asks nothing: '${turnId}'`,
      talk: busyTalk,
      asked: { turnId },
      refusal: undefined,
    })),
    {
      why: 'is unknown to a conversation that never took it, when nothing is asked',
      talk: busyTalk,
      asked: { turnId: 'd' },
      refusal: { kind: 'unknown-turn', turnId: 'd' },
    },
    {
      why: 'is refused by a conversation that closes',
      talk: closingTalk,
      asked: { turnId: 'b', asked: asks('b') },
      refusal: { kind: 'closing' },
    },
    {
      why: 'is unknown to a conversation that closes, when nothing is asked',
      talk: closingTalk,
      asked: { turnId: 'b' },
      refusal: { kind: 'unknown-turn', turnId: 'b' },
    },
    {
      why: 'is had again from a conversation that closes',
      talk: closingTalk,
      asked: { turnId: 'a', asked: asks('a') },
      refusal: undefined,
    },
    {
      why: 'is refused for another question by a conversation that closes',
      talk: closingTalk,
      asked: { turnId: 'a', asked: asks('b') },
      refusal: { kind: 'conflict', turnId: 'a', digest: 'digest of a', given: 'digest of b' },
    },
    {
      why: 'is elsewhere when its result was not handed on',
      talk: longTalk,
      asked: { turnId: 'turn 129', asked: asks('turn 129') },
      refusal: {
        kind: 'elsewhere',
        turnId: 'turn 129',
        execution: 'execution 1',
        updateId: 'turn 129/digest of turn 129',
      },
    },
    {
      why: 'is elsewhere when only its id was handed on',
      talk: longTalk,
      asked: { turnId: 'turn 0' },
      refusal: {
        kind: 'elsewhere',
        turnId: 'turn 0',
        execution: 'execution 1',
        updateId: 'turn 0/digest of turn 0',
      },
    },
    {
      why: 'is refused for another question also when only its id was handed on',
      talk: longTalk,
      asked: { turnId: 'turn 0', asked: asks('x') },
      refusal: { kind: 'conflict', turnId: 'turn 0', digest: 'digest of turn 0', given: 'digest of x' },
    },
    {
      why: 'is not kept when it was imported without its result',
      talk: importedTalk,
      asked: { turnId: 'a', asked: asks('a') },
      refusal: { kind: 'forgotten', turnId: 'a' },
    },
    {
      why: 'takes the place of the last one',
      talk: () => talkOf('a'),
      asked: { turnId: 'again', asked: retry },
      refusal: undefined,
    },
    {
      why: 'cannot take the place of one that was never taken',
      talk: talkOf,
      asked: { turnId: 'again', asked: retry },
      refusal: { kind: 'unknown-turn', turnId: 'a' },
    },
    {
      why: 'cannot take the place of another one than the last',
      talk: () => talkOf('a', 'b'),
      asked: { turnId: 'again', asked: retry },
      refusal: { kind: 'unknown-turn', turnId: 'a' },
    },
    {
      why: 'cannot take the place of the last one while another one runs',
      talk: busyTalk,
      asked: { turnId: 'again', asked: retry },
      refusal: { kind: 'busy', turnId: 'again', running: 'b' },
    },
    {
      why: 'cannot take the place of one that was compacted',
      talk: () => {
        const talk = compactedTalk();
        talk.take('again', { ...retry, retryOf: 'b' });
        talk.begin();
        talk.resolved();
        const nothing = { messages: { gzip: '' }, kept: 0, ranges: [], strategy: '' };
        talk.compacted({ id: 'd', length: 1, tokens: 1, dropped: 2, ...nothing });
        talk.end();
        return talk;
      },
      asked: { turnId: 'once more', asked: { ...retry, retryOf: 'again' } },
      refusal: { kind: 'compacted', turnId: 'again' },
    },
    {
      why: 'cannot take the place of one that was taken back',
      talk: () => {
        const talk = talkOf('a', 'b');
        talk.rewind('a');
        return talk;
      },
      asked: { turnId: 'again', asked: { ...retry, retryOf: 'b' } },
      refusal: { kind: 'compacted', turnId: 'b' },
    },
    {
      why: 'takes no place in a conversation that closes',
      talk: closingTalk,
      asked: { turnId: 'again', asked: retry },
      refusal: { kind: 'closing' },
    },
  ];

  it.each(rows)('$why', ({ talk, asked, refusal }) => {
    expect(refusalOfTurn(talk().state, asked)).toEqual(refusal);
  });
});

describe('a conversation is taken back', () => {
  const rows: readonly Row<string | undefined>[] = [
    { why: 'to one of its turns', talk: () => talkOf('a', 'b'), asked: 'a', refusal: undefined },
    { why: 'to its last turn', talk: () => talkOf('a', 'b'), asked: 'b', refusal: undefined },
    { why: 'to its beginning', talk: () => talkOf('a', 'b'), asked: undefined, refusal: undefined },
    { why: 'to a beginning that it never left', talk: talkOf, asked: undefined, refusal: undefined },
    { why: 'while it closes', talk: closingTalk, asked: 'a', refusal: undefined },
    {
      why: 'but not to a turn that it does not know',
      talk: () => talkOf('a'),
      asked: 'b',
      refusal: { kind: 'unknown-turn', turnId: 'b' },
    },
    {
      why: 'but not while a turn runs',
      talk: busyTalk,
      asked: 'a',
      refusal: { kind: 'busy', turnId: 'a', running: 'b' },
    },
    {
      why: 'but not to its beginning while a turn runs',
      talk: busyTalk,
      asked: undefined,
      refusal: { kind: 'busy', turnId: '', running: 'b' },
    },
    {
      why: 'but not to a turn that was compacted',
      talk: compactedTalk,
      asked: 'a',
      refusal: { kind: 'compacted', turnId: 'a' },
    },
    {
      why: 'also to the turn that was not compacted with those before it',
      talk: compactedTalk,
      asked: 'b',
      refusal: undefined,
    },
    {
      why: 'but not to a turn that was taken back itself',
      talk: () => {
        const talk = talkOf('a', 'b', 'c');
        talk.rewind('a');
        talk.say('d');
        return talk;
      },
      asked: 'b',
      refusal: { kind: 'compacted', turnId: 'b' },
    },
    {
      why: 'but not to a turn of which only the id was handed on',
      talk: longTalk,
      asked: 'turn 49',
      refusal: { kind: 'compacted', turnId: 'turn 49' },
    },
    {
      why: 'to the oldest turn that was handed on with its place',
      talk: longTalk,
      asked: 'turn 50',
      refusal: undefined,
    },
  ];

  it.each(rows)('$why', ({ talk, asked, refusal }) => {
    expect(refusalOfRewind(talk().state, asked === undefined ? {} : { to: asked })).toEqual(refusal);
  });
});

describe('a turn is cancelled', () => {
  const rows: readonly Row<string>[] = [
    { why: 'when it runs', talk: busyTalk, asked: 'b', refusal: undefined },
    { why: 'when it waits', talk: busyTalk, asked: 'c', refusal: undefined },
    { why: 'without a word when it has ended', talk: busyTalk, asked: 'a', refusal: undefined },
    { why: 'without a word when only its id is known', talk: longTalk, asked: 'turn 0', refusal: undefined },
    {
      why: 'but not when nobody knows it',
      talk: busyTalk,
      asked: 'd',
      refusal: { kind: 'unknown-turn', turnId: 'd' },
    },
  ];

  it.each(rows)('$why', ({ talk, asked, refusal }) => {
    expect(refusalOfCancel(talk().state, { turnId: asked, reason: '' })).toEqual(refusal);
  });
});

describe('what a turn led to', () => {
  it.each([
    ['running', 'b'],
    ['queued', 'c'],
    ['unknown-turn', 'd'],
  ])('is %s: turn %j', (kind, turnId) => {
    expect(turnAnswer(busyTalk().state, turnId)).toMatchObject({ kind });
  });

  it('is its result, with what it spent and what all turns have spent', () => {
    const talk = new Talk();
    talk.say('a', { usage: { inputTokens: 10 } });
    talk.say('b', { usage: { inputTokens: 5 } });
    expect(turnAnswer(talk.state, 'b')).toMatchObject({
      kind: 'ended',
      end: {
        outcome: { output: 're: b', usage: { inputTokens: 5 }, conversationUsage: { inputTokens: 15 } },
      },
    });
  });

  it('is its result also in the workflow runs that go on, as long as it is among the last 20', () => {
    const talk = longTalk();
    expect(turnAnswer(talk.state, 'turn 130')).toMatchObject({ kind: 'ended' });
    expect(turnAnswer(talk.state, 'turn 129')).toMatchObject({ kind: 'elsewhere' });
  });

  it('is that it was cancelled, as soon as it is while it waits', () => {
    const talk = busyTalk();
    talk.cancel('c');
    expect(turnAnswer(talk.state, 'c')).toMatchObject({
      kind: 'ended',
      end: { failure: { type: 'RunCancelledError' } },
    });
  });

  it('is in the workflow run where it ended, however often others went on since', () => {
    const talk = longTalk();
    for (let turn = 0; turn < 150; turn++) talk.say(`later ${turn}`);
    talk.handOn();
    talk.handOn();
    expect(turnAnswer(talk.state, 'turn 0')).toMatchObject({ execution: 'execution 1' });
    expect(turnAnswer(talk.state, 'turn 149')).toMatchObject({ execution: 'execution 1' });
    expect(turnAnswer(talk.state, 'later 0')).toMatchObject({ execution: 'execution 2' });
  });
});
