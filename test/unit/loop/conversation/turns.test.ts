import { NO_USAGE } from '../../../../src/common/usage';
import { requestOf, withTurnEnded } from '../../../../src/workflows/loop/conversation';
import { call, says } from '../script';
import { toLines, toManifest } from '../run-script';
import { answers, asks, Talk, talkOf } from './talk';

const idsOf = (turns: readonly { readonly id: string }[]): string[] => turns.map(({ id }) => id);

const linesOf = ({ messages }: Talk): string[] => messages.flatMap(toLines);

/** Turn `a` has ended, `b` runs and has asked its model. */
function busyTalk(): Talk {
  const talk = talkOf('a');
  talk.take('b', asks('b'));
  talk.begin();
  talk.resolved();
  return talk;
}

describe('turns that are asked', () => {
  it('wait in their order', () => {
    const talk = busyTalk();
    for (const id of ['c', 'd', 'f']) talk.take(id, asks(id));
    expect(idsOf(talk.state.queue)).toEqual(['c', 'd', 'f']);
    talk.end();
    talk.begin();
    expect(talk.state.running?.id).toBe('c');
    expect(idsOf(talk.state.queue)).toEqual(['d', 'f']);
  });

  it('go first when they interrupt, the last one before all others', () => {
    const talk = busyTalk();
    talk.take('c', asks('c'));
    talk.take('d', asks('d', { whenBusy: 'interrupt' }));
    talk.take('f', asks('f', { whenBusy: 'interrupt' }));
    expect(idsOf(talk.state.queue)).toEqual(['f', 'd', 'c']);
    expect(talk.state.turns.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'completed'],
      ['b', 'cancelled'],
    ]);
  });

  it('are kept with the update that took them, and without what was to be done when busy', () => {
    const talk = busyTalk();
    talk.take('c', asks('c', { whenBusy: 'interrupt', agent: 'other' }));
    expect(talk.state.queue).toEqual([
      {
        id: 'c',
        digest: 'digest of c',
        request: { prompt: 'c' },
        agent: 'other',
        updateId: 'c/digest of c',
      },
    ]);
  });

  it('do not begin while none waits', () => {
    const talk = talkOf('a');
    const before = talk.state;
    talk.begin();
    expect(talk.state).toBe(before);
  });
});

describe('a turn', () => {
  it('begins with its prompt, behind all that was said', () => {
    const talk = busyTalk();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b']);
    expect(talk.run).toMatchObject({ step: 0, usage: NO_USAGE, turn: { reference: { id: 'b' } } });
    expect(talk.run?.transcript.spans).toEqual([
      [0, 2],
      [2, 2],
    ]);
  });

  it('has counters of its own, and knows what was spent before it', () => {
    const talk = new Talk({ usageLimits: { totalTokensLimit: 100 } });
    talk.say('a', { usage: { inputTokens: 10, outputTokens: 5 } });
    talk.take('b', asks('b', { agent: 'other' }));
    talk.begin();
    expect(talk.resolved()).toMatchObject({
      usage: NO_USAGE,
      turn: {
        reference: { id: 'b', agent: 'other' },
        spent: { requests: 1, totalTokens: 15 },
        limits: { requestLimit: null, totalTokensLimit: 100 },
      },
    });
  });

  it('has the deps of the conversation, unless it brings its own', () => {
    const talk = new Talk({ deps: { user: 'Ada' } });
    talk.take('a', asks('a'));
    talk.take('b', asks('b', { request: { prompt: 'b', deps: null } }));
    const requests = talk.state.queue.map((turn) => requestOf(talk.state, turn));
    expect(requests).toEqual([
      { prompt: 'a', deps: { user: 'Ada' } },
      { prompt: 'b', deps: null },
    ]);
    talk.begin();
    expect(talk.resolved().request.deps).toEqual({ user: 'Ada' });
  });

  it('without deps anywhere has none', () => {
    const talk = new Talk();
    talk.take('a', asks('a'));
    talk.begin();
    expect(talk.resolved().request).toEqual({ prompt: 'a' });
  });

  it('tells its first model request of what the last turn said at last', () => {
    const talk = busyTalk();
    expect(talk.step).toMatchObject({
      kind: 'request-model',
      number: 1,
      transcript: { base: { length: 1 }, append: [{ response: 'answer to a' }, { input: 'b' }] },
    });
  });
});

describe('when a turn has ended', () => {
  it('its span reaches from its prompt to its last message, and its usage counts', () => {
    const talk = new Talk();
    talk.say('a', { usage: { inputTokens: 10 } });
    talk.say('b', { usage: { inputTokens: 5 } });
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 4] });
    expect(talk.state.usage).toMatchObject({ requests: 2, inputTokens: 15, totalTokens: 15 });
    expect(talk.state.turns).toEqual([
      {
        id: 'a',
        digest: 'digest of a',
        status: 'completed',
        usage: { requests: 1, inputTokens: 10 },
        updateId: 'a/digest of a',
      },
      {
        id: 'b',
        digest: 'digest of b',
        status: 'completed',
        usage: { requests: 1, inputTokens: 5 },
        updateId: 'b/digest of b',
      },
    ]);
    expect(talk.state).toMatchObject({ last: { id: 'b' }, running: undefined, queue: [] });
  });

  it('what was said in it stays, also when it failed', () => {
    const talk = talkOf('a');
    talk.say('b', { manifest: toManifest({ limits: { requestLimit: 0 } }) });
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b']);
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 3] });
    expect(talk.state.turns.at(-1)).toMatchObject({ id: 'b', status: 'failed', usage: {} });
  });

  it('what was said in it stays, also when it was cancelled before its tools had returned', () => {
    const talk = busyTalk();
    const { parts } = says(call('add'));
    const response = { kind: 'response', parts: parts.map(({ part }) => part), usage: {} } as const;
    talk.received({ model: { id: 'r', response } });
    talk.cancel('b');
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b', 'model calls add']);
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 4] });
    expect(talk.state.turns.at(-1)).toMatchObject({ status: 'cancelled', usage: { requests: 1 } });
    expect(talk.state.usage.requests).toBe(2);
  });

  it('nothing was said in it when its agent could not be resolved, and it has a place nonetheless', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.begin();
    talk.unresolved();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a']);
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 2] });
    expect(talk.state).toMatchObject({ last: { id: 'b' }, usage: { requests: 1 } });
    expect(talk.rewind('b')).toBeUndefined();
  });

  it('an interruption while its agent is being resolved leaves it without a word', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.begin();
    talk.take('c', asks('c', { whenBusy: 'interrupt' }));
    expect(talk.state).toMatchObject({ running: undefined, queue: [{ id: 'c' }] });
    expect(talk.state.turns.at(-1)).toMatchObject({ id: 'b', status: 'cancelled', usage: {} });
    talk.begin();
    talk.resolved();
    talk.received(answers('r', 'yes?'));
    talk.end();
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 2], c: [2, 4] });
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: c', 'model: yes?']);
  });

  it('its place is not known if it was compacted in it', () => {
    const talk = busyTalk();
    const summary = { messages: { gzip: '' }, ranges: [[0, 3]] as const, strategy: '' };
    talk.compacted({ ...summary, id: 'c', length: 1, tokens: 5, dropped: 3, kept: 0 });
    talk.received(answers('r', 'yes?'));
    talk.end();
    expect(talk.spans).toEqual({ a: undefined, b: undefined });
    talk.say('c');
    expect(talk.spans).toEqual({ a: undefined, b: undefined, c: [2, 4] });
  });
});

describe('a turn that is cancelled while it waits', () => {
  it('ends at once, before the one that runs', () => {
    const talk = busyTalk();
    for (const id of ['c', 'd']) talk.take(id, asks(id));
    talk.cancel('c');
    expect(idsOf(talk.state.queue)).toEqual(['d']);
    expect(talk.state.running?.id).toBe('b');
    expect(talk.state.turns.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'completed'],
      ['c', 'cancelled'],
    ]);
  });

  it('is not the one that a retry takes the place of when the one that ran has ended', () => {
    const talk = busyTalk();
    talk.take('c', asks('c'));
    talk.cancel('c');
    talk.received(answers('r', 'yes?'));
    talk.end();
    expect(talk.spans).toEqual({ a: [0, 2], c: undefined, b: [2, 4] });
    expect(talk.retry('again', 'b')).toBeUndefined();
    talk.begin();
    talk.resolved();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b']);
  });

  it('has no place, which the others keep, also when the conversation is handed on meanwhile', () => {
    const talk = busyTalk();
    for (const id of ['c', 'd', 'late']) talk.take(id, asks(id));
    talk.cancel('c');
    talk.handOn();
    talk.cancel('late');
    talk.handOn();
    talk.received(answers('r', 'yes?'));
    talk.end();
    talk.handOn();
    talk.begin();
    talk.resolved();
    talk.received(answers('r2', 'so?'));
    talk.end();
    expect(talk.spans).toEqual({ a: [0, 2], c: undefined, late: undefined, b: [2, 4], d: [4, 6] });
  });

  it('stays cancelled, however much the one that ran has to hand on', () => {
    const talk = busyTalk();
    talk.take('c', asks('c'));
    talk.cancel('c');
    talk.received(answers('r', 'x'.repeat(70_000)));
    talk.end();
    talk.handOn();
    expect(talk.state.queue).toEqual([]);
    expect(talk.state.turns.find(({ id }) => id === 'c')).toMatchObject({ status: 'cancelled' });
  });

  it('keeps the reason of the first who cancelled it', () => {
    const talk = busyTalk();
    talk.take('c', asks('c'));
    talk.cancel('c');
    const { ends } = talk.state;
    talk.cancel('c');
    expect(talk.state.ends).toBe(ends);
  });

  it('has its place where the one lies that has not said a word yet', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.begin();
    talk.take('c', asks('c'));
    talk.cancel('c');
    talk.resolved();
    talk.received(answers('r', 're: b'));
    talk.end();
    expect(talk.spans).toEqual({ a: [0, 2], c: [2, 2], b: [2, 4] });
  });

  it('does not keep others from taking the conversation back', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.cancel('b');
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 2] });
    expect(talk.rewind('a')).toBeUndefined();
  });
});

describe('a retry', () => {
  it('asks what the last turn was asked, with its own options in place of those', () => {
    const talk = talkOf('a');
    talk.take(
      'b',
      asks('b', { request: { prompt: 'b', instructions: 'Be brief.', deps: 1 }, agent: 'other' }),
    );
    talk.begin();
    talk.resolved();
    talk.end();
    talk.retry('again', 'b', { instructions: 'Be long.', model: 'better' });
    expect(talk.state.queue).toMatchObject([
      {
        id: 'again',
        retryOf: 'b',
        agent: 'other',
        request: { prompt: 'b', instructions: 'Be long.', model: 'better', deps: 1 },
      },
    ]);
  });

  it('takes the last turn back when it begins', () => {
    const talk = talkOf('a', 'b');
    talk.retry('again', 'b');
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 4] });
    talk.begin();
    expect(talk.spans).toEqual({ a: [0, 2], b: undefined });
    talk.resolved();
    talk.received(answers('r', 'better'));
    talk.end();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b', 'model: better']);
    expect(talk.spans).toEqual({ a: [0, 2], b: undefined, again: [2, 4] });
    expect(talk.state.usage.requests).toBe(3);
  });

  it('can be retried itself, any number of times', () => {
    const talk = talkOf('a', 'b');
    ['b', 'one', 'two'].forEach((of, index) => {
      const id = ['one', 'two', 'three'][index] ?? '';
      talk.retry(id, of);
      talk.begin();
      talk.resolved();
      talk.received(answers(`r${index}`, id));
      talk.end();
    });
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b', 'model: three']);
    expect(talk.state.last?.request).toEqual({ prompt: 'b' });
  });

  it('of a turn that said nothing takes nothing back', () => {
    const talk = talkOf('a');
    talk.take('b', asks('b'));
    talk.begin();
    talk.unresolved();
    talk.retry('again', 'b');
    talk.begin();
    talk.resolved();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b']);
  });

  it('that is cancelled before it begins has taken the last turn back, as one that is cancelled later', () => {
    const talk = talkOf('a', 'b');
    talk.retry('again', 'b');
    talk.cancel('again');
    expect(talk.spans).toEqual({ a: [0, 2], b: undefined, again: [2, 2] });
    talk.retry('once more', 'again');
    talk.begin();
    talk.resolved();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b']);
  });

  it('that is cancelled while another turn runs takes nothing back', () => {
    const talk = talkOf('a', 'b');
    talk.retry('again', 'b');
    talk.take('c', asks('c', { whenBusy: 'interrupt' }));
    talk.begin();
    talk.resolved();
    talk.cancel('again');
    talk.received(answers('r', 're: c'));
    talk.end();
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 4], again: undefined, c: [4, 6] });
  });

  it('takes nothing back of a turn that interrupted it before it began', () => {
    const talk = talkOf('a', 'b');
    talk.retry('again', 'b');
    talk.take('c', asks('c', { whenBusy: 'interrupt' }));
    expect(idsOf(talk.state.queue)).toEqual(['c', 'again']);
    for (const id of ['c', 'again']) {
      talk.begin();
      talk.resolved();
      talk.received(answers(`r ${id}`, `re: ${id}`));
      talk.end();
    }
    expect(linesOf(talk).slice(2)).toEqual([
      'user: b',
      'model: re: b',
      'user: c',
      'model: re: c',
      'user: b',
      'model: re: again',
    ]);
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 4], c: [4, 6], again: [6, 8] });
  });

  it('takes the last turn back although one that waited behind it was cancelled', () => {
    const talk = talkOf('a', 'b');
    talk.retry('again', 'b');
    talk.take('c', asks('c'));
    talk.cancel('c');
    talk.begin();
    expect(talk.spans).toEqual({ a: [0, 2], b: undefined, c: undefined });
  });

  it('is refused after its turn was taken back by a rewind, and possible again after the next turn', () => {
    const talk = talkOf('a', 'b');
    talk.rewind('a');
    expect(talk.retry('again', 'b')).toEqual({ kind: 'compacted', turnId: 'b' });
    expect(talk.retry('again', 'a')).toEqual({ kind: 'unknown-turn', turnId: 'a' });
    talk.say('c');
    expect(talk.retry('again', 'c')).toBeUndefined();
  });

  it('of a turn that was sent again is possible in the next workflow run, too', () => {
    const talk = talkOf('a', 'b');
    talk.handOn();
    expect(talk.retry('again', 'b')).toBeUndefined();
    talk.handOn();
    talk.begin();
    talk.resolved();
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a', 'user: b']);
  });
});

describe('a rewind', () => {
  it('to a turn leaves what was said until its end', () => {
    const talk = talkOf('a', 'b', 'c');
    talk.rewind('a');
    expect(linesOf(talk)).toEqual(['user: a', 'model: re: a']);
    expect(talk.spans).toEqual({ a: [0, 2], b: undefined, c: undefined });
  });

  it('leaves the turns known, their results and what they have spent', () => {
    const talk = talkOf('a', 'b');
    const { turns, ends, usage } = talk.state;
    talk.rewind('a');
    expect(talk.state).toMatchObject({ turns, ends, usage });
    expect(talk.take('b', asks('b'))).toBeUndefined();
    expect(talk.state.queue).toEqual([]);
  });

  it('to the beginning leaves nothing, as if nothing had been said', () => {
    const talk = talkOf('a', 'b');
    const fresh = new Talk();
    talk.rewind();
    expect(talk.transcript).toEqual({ ...fresh.transcript, spans: [undefined, undefined] });
  });

  it('to the last turn changes nothing', () => {
    const talk = talkOf('a', 'b');
    const before = talk.state;
    talk.rewind('b');
    expect(talk.state).toBe(before);
  });

  it('to a turn of which nothing is known changes nothing', () => {
    const talk = talkOf('a', 'b');
    const before = talk.state;
    talk.rewind('c');
    expect(talk.state).toBe(before);
  });

  it('goes into messages that the conversation does not hold one by one', () => {
    const talk = talkOf('a', 'b', 'c');
    talk.handOn('light');
    expect(talk.transcript.messages).toEqual([]);
    talk.rewind('b');
    talk.say('d');
    expect(linesOf(talk)).toEqual([
      'user: a',
      'model: re: a',
      'user: b',
      'model: re: b',
      'user: d',
      'model: re: d',
    ]);
    expect(talk.spans).toEqual({ a: [0, 2], b: [2, 4], c: undefined, d: [4, 6] });
    talk.rewind();
    expect(talk.transcript.earlier).toEqual([]);
  });
});

it('never changes a conversation that it was given', () => {
  const talk = busyTalk();
  const before = talk.state;
  const copy = structuredClone(before);
  const { running } = before;
  if (running === undefined) throw new Error('it runs');
  const end = { failure: { type: '', message: '', detail: { usage: NO_USAGE, fields: {} } } };
  withTurnEnded(before, { turn: running, state: talk.run, status: 'failed', end });
  expect(before).toEqual(copy);
});
