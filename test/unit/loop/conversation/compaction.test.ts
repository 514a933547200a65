import { packMessages } from '../../../../src/common/packed-messages';
import type { CompactionResult } from '../../../../src/common/wire';
import { toManifest } from '../run-script';
import { answers, asks, type Talk, talkOf } from './talk';

const ABOVE = { ...toManifest(), compactAbove: 100 };

/** Turns `a` to `c` have ended, of two messages each; `d` runs: 7 messages. */
function talk(manifest = ABOVE): Talk {
  const made = talkOf('a', 'b', 'c');
  made.take('d', asks('d'));
  made.begin();
  made.resolved(manifest);
  return made;
}

/** What a strategy that leaves the last messages as they were, and one in place of those before, makes of them. */
function keeping(kept: number, more: Partial<CompactionResult> = {}): CompactionResult {
  return {
    id: 'compaction',
    messages: packMessages([]),
    length: kept + 1,
    tokens: 50,
    dropped: 7 - kept,
    ranges: [[0, 7 - kept]],
    kept,
    strategy: 'summarize',
    ...more,
  };
}

describe('a compaction in a turn', () => {
  it.each([
    [0, { a: undefined, b: undefined, c: undefined }, undefined],
    [1, { a: undefined, b: undefined, c: undefined }, [1, 1]],
    [2, { a: undefined, b: undefined, c: undefined }, [2, 2]],
    [3, { a: undefined, b: undefined, c: [1, 3] }, [3, 3]],
    [4, { a: undefined, b: undefined, c: [2, 4] }, [4, 4]],
    [5, { a: undefined, b: [1, 3], c: [3, 5] }, [5, 5]],
    [6, { a: undefined, b: [2, 4], c: [4, 6] }, [6, 6]],
  ])(
    'that leaves %i messages moves the turns that lie within them, and loses the others',
    (kept, ended, own) => {
      const made = talk();
      made.compacted(keeping(kept));
      expect(made.run?.transcript.spans).toEqual([...Object.values(ended), own]);
      made.received(answers('r', 'Yes.'));
      made.end();
      const at = own?.[0];
      expect(made.spans).toEqual({ ...ended, d: at === undefined ? undefined : [at, at + 2] });
    },
  );

  it('that found nothing to shorten moves nothing', () => {
    const made = talk();
    const before = made.run?.transcript;
    const { messages: _none, ...nothing } = keeping(7, { length: 7, dropped: 0, ranges: [] });
    made.compacted(nothing);
    expect(made.run?.transcript).toEqual({ ...before, tokens: 50 });
  });

  it('several times moves them several times', () => {
    const made = talk();
    made.compacted(keeping(5));
    made.compacted({ ...keeping(3), ranges: [[0, 3]], dropped: 3 });
    expect(made.run?.transcript).toMatchObject({
      spans: [undefined, undefined, [1, 3], [3, 3]],
      shift: 3,
      dropped: 5,
    });
  });

  it('leaves turns that were cancelled meanwhile without a place', () => {
    const made = talk();
    made.take('late', asks('late'));
    made.compacted(keeping(3));
    made.cancel('late');
    made.received(answers('r', 'Yes.'));
    made.end();
    expect(made.spans).toEqual({ a: undefined, b: undefined, c: [1, 3], late: undefined, d: [3, 5] });
  });

  it('is gone back before to where the first turn begins that kept its place', () => {
    const made = talk();
    made.compacted(keeping(3));
    made.end();
    expect(made.rewind('b')).toEqual({ kind: 'compacted', turnId: 'b' });
    expect(made.rewind('c')).toBeUndefined();
    expect(made.messages).toHaveLength(0); // the test's messages are packed as none
    expect(made.transcript.start).toMatchObject({ length: 3 });
  });
});

describe('a compaction that gained little', () => {
  const isCompact = ({ step }: Talk): boolean => step?.kind === 'compact';
  const little = keeping(6, { tokens: 150 });

  /** Turn `d` was compacted to 150 tokens, of at most 100; the next one is `f`. */
  function after(manifest = ABOVE): Talk {
    const made = talk();
    made.compacted(little);
    made.received(answers('r', 'Yes.'));
    made.end();
    made.take('f', asks('f'));
    made.begin();
    made.resolved(manifest);
    return made;
  }

  it('is not followed by the next at once in its turn', () => {
    const made = talk();
    made.compacted(little);
    expect(made.run?.compactAgainAbove).toBe(180);
    expect(isCompact(made)).toBe(false);
  });

  it('is not followed by the next in the turns after it either', () => {
    expect(after().transcript.tokens).toBeGreaterThan(100);
    expect(isCompact(after())).toBe(false);
  });

  it('is not followed by the next in another workflow run either', () => {
    const made = after();
    made.handOn();
    expect(isCompact(made)).toBe(false);
    made.received(answers('r2', 'Yes.'));
    made.end();
    made.handOn();
    made.take('g', asks('g'));
    made.begin();
    made.resolved(ABOVE);
    expect(isCompact(made)).toBe(false);
  });

  it('is followed by the next when the conversation has grown by a fifth', () => {
    const made = after();
    made.received(answers('r2', 'x'.repeat(4 * 30)));
    made.end();
    made.take('g', asks('g'));
    made.begin();
    made.resolved(ABOVE);
    expect(made.transcript.tokens).toBeGreaterThan(180);
    expect(isCompact(made)).toBe(true);
  });

  it.each([
    ['less', 60],
    ['more', 110],
  ])('says nothing of an agent whose model reads %s', (_which, compactAbove) => {
    expect(isCompact(after({ ...ABOVE, compactAbove }))).toBe(true);
  });

  it('says nothing any more when the conversation was taken back', () => {
    const made = talk();
    made.compacted(little);
    made.received(answers('r', 'Yes.'));
    made.end();
    expect(made.state.compacted).toEqual({ above: 100, againAbove: 180 });
    made.rewind('c');
    expect(made.state.compacted).toBeUndefined();
  });

  it('is remembered while a turn begins that comes to nothing', () => {
    const made = talk();
    made.compacted(little);
    made.end();
    made.take('g', asks('g'));
    made.begin();
    made.unresolved();
    expect(made.state.compacted).toEqual({ above: 100, againAbove: 180 });
  });
});
