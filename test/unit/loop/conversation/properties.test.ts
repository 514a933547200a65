import * as fc from 'fast-check';
import { targetOf } from '../../../../src/common/transcript';
import { addUsage, fromRecordedUsage, NO_USAGE } from '../../../../src/common/usage';
import type { RunState, Step } from '../../../../src/workflows/loop';
import { endedSpans, lengthOf } from '../../../../src/workflows/loop/conversation/state';
import { anyScenario, play, type Scenario, uncompactedScenario } from './scenario';
import { allOf, type Talk } from './talk';

const holds = (property: (scenario: Scenario) => void): void =>
  fc.assert(fc.property(anyScenario, property), { numRuns: 100 });

/** Holds between any two things that happen. */
const holdsAlways = (property: (talk: Talk) => void): void =>
  holds((scenario) => void play(scenario, { between: property }));

const anyMoments = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

function atMoments(moments: readonly boolean[], act: (talk: Talk) => void): (talk: Talk) => void {
  let moment = 0;
  return (talk) => {
    if (moments[moment++ % moments.length] === true) act(talk);
  };
}

/** Where the turns are that have ended. */
function spansOf({ state, run }: Talk) {
  return run === undefined ? state.transcript.spans : endedSpans(state.transcript, run.transcript);
}

/** Everything that decides what becomes of a conversation, but in which workflow run it is and how its messages are held. */
function comparable(talk: Talk): Record<string, unknown> {
  const { transcript: _held, compacted, ends, request: _same, turns, ...state } = talk.state;
  const { unsent, tokens, shift, dropped } = talk.transcript;
  const spans = spansOf(talk);
  return {
    ...state,
    turns: turns.map(({ execution: _where, ...turn }, index) => ({ ...turn, span: spans[index] })),
    ends: [...ends],
    compacted: talk.run === undefined ? compacted : undefined,
    transcript: { messages: allOf(talk.transcript), address: targetOf(unsent), tokens, shift, dropped },
    run: talk.run && comparableRun(talk.run),
  };
}

function comparableRun({ transcript, retries, ...run }: RunState): unknown {
  return { ...run, own: transcript.spans.at(-1), retries: { ...retries, tools: [...retries.tools] } };
}

/** As history keeps it. What a turn said at last is told anew by each workflow run. */
function recorded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === 'tail' ? undefined : part)));
}

/** Of a conversation whose messages were loaded: nobody knows the versions of each any more, nor their tokens. */
function withoutVersions(talk: Talk): unknown {
  const { shift, dropped } = talk.transcript;
  return { ...comparable(talk), transcript: { messages: talk.messages, shift, dropped } };
}

describe('whatever is sent to a conversation, and whatever becomes of its turns', () => {
  it('random conversations come to everything that can become of one (a check of the generator)', () => {
    const seen = new Set<string>();
    for (const scenario of fc.sample(anyScenario, { numRuns: 400, seed: 1 })) {
      const { told, talk } = play(scenario, { asked: (_talk, { kind }) => void seen.add(kind) });
      for (const one of told) seen.add(one?.kind ?? 'taken');
      for (const { status } of talk.state.turns) seen.add(status);
      if (talk.state.transcript.spans.includes(undefined)) seen.add('no place');
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        ...['request-model', 'call-tools', 'compact'],
        ...['completed', 'failed', 'cancelled', 'no place'],
        ...['taken', 'conflict', 'busy', 'unknown-turn', 'compacted', 'queued', 'running', 'ended'],
      ]),
    );
  });

  it('handing it on at any moments changes nothing of it, nor of what senders are told', () => {
    fc.assert(
      fc.property(anyScenario, anyMoments, (scenario, moments) => {
        const split = play(scenario, { between: atMoments(moments, (talk) => void talk.handOn()) });
        const whole = play(scenario);
        expect(recorded(split.told)).toEqual(recorded(whole.told));
        expect(recorded(comparable(split.talk))).toEqual(recorded(comparable(whole.talk)));
      }),
      { numRuns: 150 },
    );
  });

  it('handing it on changes nothing at that moment', () => {
    const expectNoChange = (talk: Talk): void => {
      const before = recorded(comparable(talk));
      talk.handOn();
      expect(recorded(comparable(talk))).toEqual(before);
    };
    fc.assert(
      fc.property(anyScenario, anyMoments, (scenario, moments) => {
        play(scenario, { between: atMoments(moments, expectNoChange) });
      }),
      { numRuns: 50 },
    );
  });

  it('loading its messages anew changes nothing but their addresses', () => {
    fc.assert(
      fc.property(uncompactedScenario, anyMoments, (scenario, moments) => {
        const split = play(scenario, { between: atMoments(moments, (talk) => void talk.handOn('light')) });
        const whole = play(scenario);
        expect(recorded(split.told)).toEqual(recorded(whole.told));
        expect(recorded(withoutVersions(split.talk))).toEqual(recorded(withoutVersions(whole.talk)));
      }),
      { numRuns: 80 },
    );
  });

  it('every turn that was taken ends once, and begins at most once', () => {
    holds((scenario) => {
      const begun: string[] = [];
      const { talk, told } = play(scenario, { began: (id) => void begun.push(id) });
      const taken = scenario.sent.flatMap((sent, index) =>
        (sent.kind === 'ask' || sent.kind === 'retry') && told[index] === undefined ? [sent.turnId] : [],
      );
      const ended = talk.state.turns.map(({ id }) => id);
      expect(ended.toSorted()).toEqual([...new Set(taken)].toSorted());
      expect([...talk.state.ends.keys()].toSorted()).toEqual(ended.toSorted());
      expect([...new Set(begun)]).toEqual(begun);
    });
  });

  it('each turn is known once: it waits, runs, or has ended', () => {
    holdsAlways(({ state: { turns, queue, running } }) => {
      const ids = [...turns, ...queue, ...(running === undefined ? [] : [running])].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('all of it has spent what its turns have', () => {
    holdsAlways(({ state: { turns, usage } }) => {
      const sum = turns.map((turn) => fromRecordedUsage(turn.usage)).reduce(addUsage, NO_USAGE);
      expect(usage).toEqual(sum);
    });
  });

  it('all of it makes no more requests than its limit says, but for one final answer', () => {
    holds((scenario) => {
      const { requestLimit } = scenario.request.usageLimits ?? {};
      const { requests } = play(scenario).talk.state.usage;
      expect(requests).toBeLessThanOrEqual((requestLimit ?? Infinity) + 1);
    });
  });

  it('turns lie one behind the other, within the messages', () => {
    holdsAlways((talk) => {
      const own = talk.run?.transcript.spans.at(-1);
      const bounds = [...spansOf(talk), own].flatMap((span) => span ?? []);
      expect([0, ...bounds, lengthOf(talk.transcript)]).toEqual(
        [0, ...bounds, lengthOf(talk.transcript)].toSorted((left, right) => left - right),
      );
    });
  });

  it('for each turn that ended it is known where it is, or that it is nowhere', () => {
    holdsAlways((talk) => {
      const { turns, transcript } = talk.state;
      expect(transcript.spans).toHaveLength(turns.length);
      expect(spansOf(talk)).toHaveLength(turns.length);
    });
  });

  it('what is told of the messages leads to where they are', () => {
    const expectTold = ({ transcript }: Talk, step?: Step): void => {
      const { start, versions, unsent } = transcript;
      const told = step !== undefined && 'transcript' in step ? step.transcript : unsent;
      const version = versions.at(-1) ?? start.version;
      expect(targetOf(told)).toEqual({ length: lengthOf(transcript), version });
    };
    holds((scenario) => void play(scenario, { between: expectTold, asked: expectTold }));
  });
});
