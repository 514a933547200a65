import * as fc from 'fast-check';
import { addUsage, fromRecordedUsage, NO_USAGE } from '../../../../src/common/usage';
import { targetOf } from '../../../../src/common/transcript';
import type { RunState } from '../../../../src/workflows/loop';
import { endedSpans, lengthOf } from '../../../../src/workflows/loop/conversation/state';
import { anyScenario, play, type Scenario, type Told, uncompactedScenario } from './scenario';
import { allOf, type Talk } from './talk';

const holds = (property: (scenario: Scenario) => void): void =>
  fc.assert(fc.property(anyScenario, property), { numRuns: 300 });

/** What has ended, with the places that are known. */
function turnsOf({ state, run }: Talk) {
  const spans = run === undefined ? state.transcript.spans : endedSpans(state.transcript, run.transcript);
  return state.turns.map((turn, index) => ({ ...turn, span: spans[index] }));
}

/** Everything that decides what becomes of a conversation, but in which workflow run it is and how its messages are held. */
function comparable(talk: Talk): unknown {
  const { transcript: _held, compacted, ends, request: _same, ...state } = talk.state;
  const { unsent, tokens, shift, dropped } = talk.transcript;
  return JSON.parse(
    JSON.stringify({
      ...state,
      turns: turnsOf(talk).map(({ execution: _where, ...turn }) => turn),
      ends: [...ends],
      compacted: talk.run === undefined ? compacted : undefined,
      transcript: { messages: allOf(talk.transcript), address: targetOf(unsent), tokens, shift, dropped },
      run: talk.run && comparableRun(talk.run),
    }),
  );
}

function comparableRun({ transcript, retries, ...run }: RunState): unknown {
  return { ...run, own: transcript.spans.at(-1), retries: { ...retries, tools: [...retries.tools] } };
}

/** The same of a conversation whose messages were loaded: nobody knows their versions one by one any more. */
function withoutVersions(talk: Talk): unknown {
  const { transcript, ...rest } = comparable(talk) as { transcript: Record<string, unknown> }; // made above
  const { address: _version, tokens: _estimated, ...said } = transcript;
  return { ...rest, transcript: said };
}

/** Where a result is does not matter to who is told of it. */
const kindsOf = (told: readonly Told[]): unknown[] => told.map((one) => one);

describe('whatever is sent to a conversation, and whatever becomes of its turns', () => {
  it('random conversations come to everything that can become of one (a check of the generator)', () => {
    const seen = new Map<string, number>();
    const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    for (const scenario of fc.sample(anyScenario, { numRuns: 400, seed: 1 })) {
      const { told, talk } = play(scenario, { asked: (_talk, { kind }) => count(kind) });
      for (const one of told) if (one !== undefined) count(one.kind);
      for (const { status } of talk.state.turns) count(status);
      if (turnsOf(talk).some(({ span }) => span === undefined)) count('no place');
    }
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining([
        ...['request-model', 'call-tools', 'compact'],
        ...['completed', 'failed', 'cancelled', 'no place'],
        ...['conflict', 'busy', 'unknown-turn', 'compacted', 'queued', 'running', 'ended'],
      ]),
    );
  });

  it('handing it on at any moments changes nothing of it, nor of what senders are told', () => {
    fc.assert(
      fc.property(anyScenario, fc.array(fc.boolean(), { minLength: 1 }), (scenario, moments) => {
        let moment = 0;
        const between = (talk: Talk): void => {
          if (moments[moment++ % moments.length] === true) talk.handOn();
        };
        const split = play(scenario, { between });
        const whole = play(scenario);
        expect(kindsOf(split.told)).toEqual(kindsOf(whole.told));
        expect(comparable(split.talk)).toEqual(comparable(whole.talk));
      }),
      { numRuns: 300 },
    );
  });

  it('handing it on changes nothing at that moment', () => {
    holds((scenario) => {
      play(scenario, {
        between: (talk) => {
          const before = comparable(talk);
          if (talk.handOn()) expect(comparable(talk)).toEqual(before);
        },
      });
    });
  });

  it('loading its messages anew changes nothing but their addresses', () => {
    fc.assert(
      fc.property(uncompactedScenario, fc.array(fc.boolean(), { minLength: 1 }), (scenario, moments) => {
        let moment = 0;
        const between = (talk: Talk): void => {
          if (moments[moment++ % moments.length] === true) talk.handOn('light');
        };
        const split = play(scenario, { between });
        const whole = play(scenario);
        expect(kindsOf(split.told)).toEqual(kindsOf(whole.told));
        expect(withoutVersions(split.talk)).toEqual(withoutVersions(whole.talk));
      }),
      { numRuns: 200 },
    );
  });

  it('every turn begins at most once, and ends once', () => {
    holds((scenario) => {
      const begun: string[] = [];
      const { talk, told } = play(scenario, { began: (id) => begun.push(id) });
      const ids = talk.state.turns.map(({ id }) => id);
      const taken = scenario.sent.flatMap((sent, index) =>
        'turnId' in sent && (sent.kind === 'ask' || sent.kind === 'retry') && told[index] === undefined
          ? [sent.turnId]
          : [],
      );
      expect(new Set(begun).size).toBe(begun.length);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(ids)).toEqual(new Set(taken));
      expect([...talk.state.ends.keys()].toSorted()).toEqual(ids.toSorted());
    });
  });

  it('a turn has one place at a time: it waits, runs, or has ended', () => {
    holds((scenario) => {
      play(scenario, {
        between: ({ state: { turns, queue, running } }) => {
          const ids = [...turns, ...queue, ...(running === undefined ? [] : [running])].map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
        },
      });
    });
  });

  it('it has spent what its turns have', () => {
    holds((scenario) => {
      play(scenario, {
        between: ({ state: { turns, usage } }) => {
          const sum = turns.map((turn) => fromRecordedUsage(turn.usage)).reduce(addUsage, NO_USAGE);
          expect(usage).toEqual(sum);
        },
      });
    });
  });

  it('no turn goes beyond what is left of the limit of requests, but for one final answer', () => {
    holds((scenario) => {
      const { requestLimit } = scenario.request.usageLimits ?? {};
      const { talk } = play(scenario);
      if (typeof requestLimit === 'number') {
        expect(talk.state.usage.requests).toBeLessThanOrEqual(requestLimit + 1 + summaries(scenario));
      }
    });
  });

  it('its turns lie one behind the other, within its messages', () => {
    holds((scenario) => {
      play(scenario, {
        between: (talk) => {
          let end = 0;
          const own = talk.run?.transcript.spans.at(-1);
          for (const span of [...turnsOf(talk).map((turn) => turn.span), own]) {
            if (span === undefined) continue;
            expect(span[0]).toBeGreaterThanOrEqual(end);
            expect(span[1]).toBeGreaterThanOrEqual(span[0]);
            end = span[1];
          }
          expect(end).toBeLessThanOrEqual(lengthOf(talk.transcript));
        },
      });
    });
  });

  it('each turn has one place among the spans', () => {
    holds((scenario) => {
      play(scenario, {
        between: ({ state, run }) => {
          expect(state.transcript.spans).toHaveLength(state.turns.length);
          if (run !== undefined)
            expect(endedSpans(state.transcript, run.transcript)).toHaveLength(state.turns.length);
        },
      });
    });
  });

  it('what is told of its messages always leads to where they are', () => {
    holds((scenario) => {
      play(scenario, {
        between: ({ transcript }) => {
          const { start, versions, unsent } = transcript;
          const version = versions.at(-1) ?? start.version;
          expect(targetOf(unsent)).toEqual({ length: lengthOf(transcript), version });
        },
        asked: ({ transcript }, step) => {
          if (step.kind !== 'call-tools' && 'transcript' in step)
            expect(step.transcript).toBe(transcript.unsent);
        },
      });
    });
  });
});

/** Requests for summaries are no steps: nothing keeps them from being the last one. */
function summaries({ turns }: Scenario): number {
  return turns.some(({ summary }) => summary !== undefined) ? 1 : 0;
}
