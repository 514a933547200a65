import type { ModelMessage } from '../../../../src/common/messages';
import { packMessages, unpackMessages } from '../../../../src/common/packed-messages';
import { estimateTokens } from '../../../../src/common/token-estimate';
import { advanceAddress, EMPTY_TRANSCRIPT, targetOf } from '../../../../src/common/transcript';
import type { TranscriptSegment } from '../../../../src/common/wire';
import { lengthOf } from '../../../../src/workflows/loop/conversation';
import { cutTranscript } from '../../../../src/workflows/loop/cut-transcript';
import type { Transcript } from '../../../../src/workflows/loop/state';
import { toAnswer } from '../../../../src/workflows/transcript-query';
import { withToolOutcomes } from '../../../../src/workflows/loop';
import { allOf, answers, asks, Talk, talkOf } from './talk';

/** Three turns, the second one with a tool call: 8 messages, none of the last turn told yet but its prompt. */
function ownMessages(): Talk {
  const talk = talkOf('a');
  talk.take('b', asks('b'));
  talk.begin();
  talk.resolved();
  const call = { kind: 'tool-call', toolName: 'add', args: '{}', toolCallId: 'c1' } as const;
  talk.received({ model: { id: 'r', response: { kind: 'response', parts: [call], usage: {} } } });
  const returned = { kind: 'tool-return', toolName: 'add', toolCallId: 'c1', content: 3 } as const;
  const answer = { descriptor: { result: 'p' }, part: { ...returned, outcome: 'success' as const } };
  if (talk.run !== undefined) talk.run = withToolOutcomes(talk.run, [{ kind: 'answer', answer }]);
  talk.received(answers('r2', 'It is 3.'));
  talk.end();
  talk.say('c');
  return talk;
}

/** The same after it was handed on without its messages, and one more turn. */
function packedMessages(): Talk {
  const talk = ownMessages();
  talk.handOn('light');
  talk.say('d');
  return talk;
}

/** The same after a compaction that left a summary and the last message. */
function compactedMessages(): Talk {
  const talk = ownMessages();
  talk.take('d', asks('d'));
  talk.begin();
  talk.resolved();
  const last = talk.messages.slice(-3);
  const summary: ModelMessage = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'In short.' }] };
  talk.compacted({
    id: 'compaction',
    messages: packMessages([summary, ...last]),
    length: 4,
    tokens: 40,
    dropped: 6,
    ranges: [[0, 6]],
    kept: 3,
    strategy: 'summarize',
  });
  talk.received(answers('r3', 'Yes.'));
  talk.end();
  return talk;
}

/** The messages that a worker gets which asks for an address, and knows nothing yet. */
function answered(transcript: Transcript, want = targetOf(transcript.unsent)): readonly ModelMessage[] {
  const answer = toAnswer({ transcript, request: {} }, { have: EMPTY_TRANSCRIPT, want, offset: 0 });
  if ('current' in answer) throw new Error(`it has ${JSON.stringify(answer.current)}`);
  const { earlier, start, messages } = JSON.parse(answer.text) as TranscriptSegment; // written by `toAnswer`
  return [...unpackMessages(earlier).slice(0, start.length), ...messages];
}

describe.each([
  ['that a conversation holds one by one', ownMessages, 8],
  ['that it holds packed, and some behind them', packedMessages, 10],
  ['that were compacted, and some behind them', compactedMessages, 5],
])('messages %s', (_which, make, length) => {
  const { transcript, messages } = make();
  const indices = Array.from({ length: length + 1 }, (_, index) => index);
  const cuts = indices.map((index) => cutTranscript(transcript, index));

  it('are as many as the table says (a check of the test)', () => {
    expect(messages).toHaveLength(length);
    expect(answered(transcript)).toEqual(messages);
  });

  it.each(indices)('are the first %i after a cut', (index) => {
    const cut = cutTranscript(transcript, index);
    expect(allOf(cut)).toEqual(messages.slice(0, index));
    expect(lengthOf(cut)).toBe(index);
    expect(cut.versions).toHaveLength(cut.messages.length);
  });

  it.each(indices)('have an address after a cut at %i, by which their conversation knows them', (index) => {
    const cut = cutTranscript(transcript, index);
    expect(targetOf(cut.unsent)).toMatchObject({ length: index });
    expect(answered(cut)).toEqual(messages.slice(0, index));
  });

  it.each(indices)('after a cut at %i are told from an address that was told before', (index) => {
    const { base, append } = cutTranscript(transcript, index).unsent;
    expect(base.length).toBeLessThanOrEqual(Math.max(index, transcript.unsent.base.length));
    const isNew = index < transcript.start.length;
    expect(answered(isNew ? cutTranscript(transcript, index) : transcript, base)).toEqual(
      messages.slice(0, base.length),
    );
    expect(append).toEqual(transcript.unsent.append.slice(0, append.length));
  });

  it('have fewer tokens the fewer they are, and none at all in the end', () => {
    const tokens = cuts.map((cut) => cut.tokens);
    expect(tokens[0]).toBe(0);
    expect(tokens.at(-1)).toBe(transcript.tokens);
    tokens.slice(1).forEach((more, index) => expect(more).toBeGreaterThan(tokens[index] ?? NaN));
  });

  it('go on under another address than before', () => {
    const before = new Set([...transcript.versions, transcript.start.version]);
    const within = cuts.slice(1, transcript.start.length).map(({ unsent }) => targetOf(unsent).version);
    expect(within.filter((version) => before.has(version))).toEqual([]);
    for (const { unsent } of cuts) {
      const next = advanceAddress(targetOf(unsent), { input: 'another turn' });
      expect(before).not.toContain(next.version);
    }
  });

  it('have the turns that lie within them', () => {
    for (const [index, { spans }] of cuts.entries()) {
      const within = transcript.spans.map((span) =>
        span !== undefined && span[1] <= index ? span : undefined,
      );
      expect(spans).toEqual(within);
    }
  });

  it('are the same whether they are cut once or several times', () => {
    for (const [index, cut] of cuts.entries()) {
      for (let shorter = 0; shorter <= index; shorter++) {
        expect(allOf(cutTranscript(cut, shorter))).toEqual(messages.slice(0, shorter));
      }
    }
  });

  it('are all there after a cut behind them', () => {
    expect(cutTranscript(transcript, length)).toBe(transcript);
    expect(cutTranscript(transcript, length + 1)).toBe(transcript);
  });
});

it('takes what a message was estimated at', () => {
  const { transcript } = talkOf('a', 'b');
  const [, , third, fourth] = transcript.messages.map(estimateTokens);
  expect(transcript.tokens - cutTranscript(transcript, 3).tokens).toBe(fourth);
  expect(transcript.tokens - cutTranscript(transcript, 2).tokens).toBe((third ?? NaN) + (fourth ?? NaN));
});

it('leaves nothing to carry of packed messages that were all taken back', () => {
  const talk = packedMessages();
  talk.rewind();
  expect(talk.carried()?.transcript).toMatchObject({
    tokens: 0,
    address: EMPTY_TRANSCRIPT,
    held: { start: EMPTY_TRANSCRIPT, earlier: [], messages: [], versions: [] },
  });
});

it('counts no messages as said any more that were compacted, when all were taken back', () => {
  const talk = compactedMessages();
  expect(talk.transcript).toMatchObject({ shift: 5, dropped: 6 });
  talk.rewind();
  expect(talk.transcript).toMatchObject({ shift: 0, dropped: 6 });
});

it('has nothing left of what a provider counted beside the messages, when all were taken back', () => {
  const talk = new Talk();
  talk.say('a', { usage: { inputTokens: 2_000, outputTokens: 10 } });
  expect(talk.transcript.tokens).toBe(2_010);
  talk.rewind();
  expect(talk.transcript.tokens).toBe(0);
});
