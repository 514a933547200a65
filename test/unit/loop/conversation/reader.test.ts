import * as fc from 'fast-check';
import { toManifest } from '../run-script';
import { Reader } from './reader';
import { anyScenario, play, type Scenario } from './scenario';
import type { Talk } from './talk';

/** Plays a scenario; hands the conversation on at some moments, and has the reader looked at at all others. */
function read(
  scenario: Scenario,
  moments: readonly boolean[],
  look: (reader: Reader, talk: Talk) => void,
): void {
  const reader = new Reader(scenario);
  let moment = 0;
  play(scenario, {
    sent: (talk, sent, told) => reader.sent(talk, sent, told),
    resolved: () => reader.resolved(),
    asked: (talk, step) => reader.asked(talk, step),
    returned: (talk, returned) => reader.returned(talk, returned),
    between: (talk) => {
      reader.happened(talk);
      look(reader, talk);
      if (moments[moment++ % moments.length] === true) reader.handOn(talk);
    },
  });
}

function turnsOf({ state: { turns, transcript } }: Talk) {
  return turns.map(({ id, status }, index) => ({ id, status, span: transcript.spans[index] }));
}

/** Where nothing was said is known to one of the two only, at times. */
function withoutEmptySpans(turns: ReturnType<typeof turnsOf>) {
  return turns.map(({ span, ...turn }) => (span?.[0] === span?.[1] ? turn : { ...turn, span }));
}

const anyMoments = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

it('a reader of its history knows between any two turns what the conversation knows', () => {
  fc.assert(
    fc.property(anyScenario, anyMoments, (scenario, moments) => {
      read(scenario, moments, ({ recorded }, talk) => {
        if (talk.state.running !== undefined) return;
        const { transcript, state } = talk;
        expect(recorded.seenSoFar()).toEqual(talk.messages);
        expect(recorded.usage).toEqual(state.usage);
        expect(recorded).toMatchObject({ shift: transcript.shift, dropped: transcript.dropped });
        const ended = recorded.placedTurns().slice(0, state.turns.length);
        const known = ended.map(({ id, status, span }) => ({ id, status, span }));
        expect(withoutEmptySpans(known as ReturnType<typeof turnsOf>)).toEqual(
          withoutEmptySpans(turnsOf(talk)),
        );
      });
    }),
    { numRuns: 100 },
  );
});

it('a compaction that shortened nothing is not told twice by a turn that ends right after it', () => {
  const call = { kind: 'tool-call', toolName: 'add', args: '{}', toolCallId: '' } as const;
  const answer = { parts: [{ part: call, verdict: null }], usage: {}, finishReason: 'stop' as const };
  const scenario: Scenario = {
    request: {},
    sent: [{ kind: 'ask', turnId: 'a', prompt: 'hello', whenBusy: undefined, agent: undefined }],
    turns: [
      {
        run: {
          manifest: toManifest({}, ['add']),
          request: {},
          history: { earlier: 0, start: 'ask' },
          answers: [answer],
          outcomes: [{ content: 3 }],
        },
        isLost: false,
        compactAbove: 1,
        keepLast: 6,
        summary: undefined,
      },
    ],
  };
  const seen: unknown[] = [];
  read(scenario, [false], ({ recorded }, talk) => void seen.push([recorded.seenSoFar(), talk.messages]));
  const [known, expected] = seen.at(-1) as readonly unknown[][]; // pushed above
  expect(known).toEqual(expected);
  expect(known).toHaveLength(3);
});
