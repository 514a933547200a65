import * as fc from 'fast-check';
import type { ModelMessage, ModelResponse, RequestPart, ToolCallPart } from '../../../src/common/messages';
import { EMPTY_TRANSCRIPT, type RecordedResults, targetOf, toMessages } from '../../../src/common/transcript';
import { addUsage, NO_USAGE, type Usage, withResponseUsage } from '../../../src/common/usage';
import { historyOf } from '../../../src/common/packed-messages';
import {
  contentId,
  type ModelAnswer,
  toFirstMessage,
  type ToolCallResult,
  toToolContentPart,
  toToolPart,
} from '../../../src/common/wire';
import {
  fromCarried,
  nextStep,
  type RunState,
  type Step,
  toCarried,
  withToolOutcomes,
} from '../../../src/workflows/loop';
import { endOf, record, type Recorded, type RecordedRun, replayOne, runMaterial } from './recordings';

const holds = (property: (run: RecordedRun) => void): void =>
  fc.assert(
    fc.property(runMaterial, (material) => property(record(material))),
    { numRuns: 300 },
  );

/** A copy through JSON, as history keeps it, calls that were not carried out being left out. */
function throughHistory(recorded: Recorded): Recorded {
  const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value; // it is JSON
  if (!('tools' in recorded)) return copy(recorded);
  return {
    tools: Array.from(recorded.tools, (outcome) => outcome && copy(outcome)),
    results: Array.from(recorded.results, (result) => result && copy(result)),
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key));
  if (value instanceof Map) for (const entry of value.entries()) deepFreeze(entry);
  return value;
}

const succeeded = ({ results }: Extract<Recorded, { tools: unknown }>): number =>
  results.filter((result) => result?.content !== undefined).length;

/** What a model spent, of a request that was really made. */
const answersOf = ({ recorded }: RecordedRun): ModelAnswer[] =>
  recorded.flatMap((entry) => ('model' in entry && 'id' in entry.model ? [entry.model] : []));

/** The results of the calls of one step. */
function resultsIn(
  entry: Recorded,
  step: Step | undefined,
): { call: ToolCallPart; result: ToolCallResult }[] {
  if (!('tools' in entry) || step?.kind !== 'call-tools') return [];
  return step.calls.flatMap(({ call, position }) => {
    const result = entry.results[position];
    return result === undefined ? [] : [{ call, result }];
  });
}

/** What the activities of a run produced, by id. */
function resultsOf(run: RecordedRun): RecordedResults {
  const { start, recorded, steps } = run;
  const responses = new Map<string, ModelResponse>();
  const parts = new Map<string, RequestPart>();
  for (const { id, response } of answersOf(run)) responses.set(id, response);
  for (const { call, result } of recorded.flatMap((entry, index) => resultsIn(entry, steps[index]))) {
    parts.set(result.id, toToolPart(call, result));
    const content = toToolContentPart(result);
    if (content !== undefined) parts.set(contentId(result.id), content);
  }
  return {
    history: () => historyOf(start.request),
    input: () => toFirstMessage(start.request),
    response: (id) => responses.get(id),
    part: (id) => parts.get(id),
  };
}

/** The state as the next workflow run has it, through history. A run that is over is not handed on. */
function handOn(state: RunState): RunState {
  const carried = toCarried(state);
  if (carried === undefined) return state;
  return fromCarried(state.request, JSON.parse(JSON.stringify(carried)) as typeof carried); // it is JSON
}

/** The same step, told from an address where everything is known that this state was handed. */
function withoutTail(step: Step, { transcript }: RunState): Step {
  return step.kind === 'request-model' ? { ...step, transcript: transcript.unsent } : step;
}

/** All but what has to be told of the transcript, which starts anew, and how the run came to be. */
function expectSameEnd(state: RunState, expected: RunState): void {
  const comparable = ({ manifest, transcript, ...rest }: RunState): unknown => {
    const { start: _start, ...asResolved } = manifest;
    const { unsent, ...said } = transcript;
    return JSON.parse(
      JSON.stringify({
        ...rest,
        retries: { ...rest.retries, tools: [...rest.retries.tools] },
        manifest: asResolved,
        transcript: { ...said, address: targetOf(unsent) },
      }),
    );
  };
  expect(comparable(state)).toEqual(comparable(expected));
}

describe('whatever the model and the tools do', () => {
  it('the core does not throw, and a run that is over stays over', () => {
    holds((run) => {
      const end = endOf(run);
      expect(nextStep(end)).toEqual(run.steps.at(-1));
    });
  });

  it('the random runs reach every kind of step and end (a check of the generator)', () => {
    const kinds = new Map<string, number>();
    for (const material of fc.sample(runMaterial, { numRuns: 3000, seed: 1 })) {
      for (const step of record(material).steps) {
        const kind = step.kind === 'fail' ? step.failure.type : step.kind;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    expect([...kinds.keys()]).toEqual(
      expect.arrayContaining([
        'request-model',
        'call-tools',
        'finish',
        'UsageLimitExceededError',
        'UnexpectedModelBehaviorError',
        'IncompleteToolCallError',
        'ContentFilterError',
        'ModelRequestError',
        'ToolExecutionError',
      ]),
    );
  });

  it('usage is the starting usage, plus the responses received, plus the tool calls that succeeded', () => {
    holds((run) => {
      const { start, recorded } = run;
      const expected = recorded.reduce<Usage>(
        (usage, entry) => {
          if ('model' in entry && 'id' in entry.model) {
            return withResponseUsage(usage, entry.model.response.usage);
          }
          return 'tools' in entry ? addUsage(usage, { toolCalls: succeeded(entry) }) : usage;
        },
        addUsage(NO_USAGE, start.request.usage ?? {}),
      );
      expect(endOf(run).usage).toEqual(expected);
    });
  });

  it('steps are the model requests made', () => {
    holds((run) => {
      const requests = run.recorded.filter((entry) => !('tools' in entry));
      expect(endOf(run).step).toBe(requests.length);
    });
  });

  it('no request goes beyond requestLimit, but for the last one that asks for a final answer', () => {
    holds((run) => {
      const { usageLimits, onLimit } = run.start.manifest;
      const { requestLimit = 50 } = usageLimits;
      const bound = Math.max(run.start.usage.requests, requestLimit ?? Infinity);
      const last = onLimit === 'final-answer' ? 1 : 0;
      expect(endOf(run).usage.requests).toBeLessThanOrEqual(bound + last);
    });
  });

  it('toolCalls never goes beyond toolCallsLimit', () => {
    holds((run) => {
      const { toolCallsLimit } = run.start.manifest.usageLimits;
      if (toolCallsLimit === null || toolCallsLimit === undefined) return;
      expect(endOf(run).usage.toolCalls - run.start.usage.toolCalls).toBeLessThanOrEqual(
        Math.max(0, toolCallsLimit - run.start.usage.toolCalls),
      );
    });
  });

  it('no order in which parallel tools finish makes a difference', () => {
    fc.assert(
      fc.property(runMaterial, fc.infiniteStream(fc.nat()), (material, random) => {
        const run = record(material);
        const shuffled = run.recorded.map((entry) => {
          if (!('tools' in entry)) return entry;
          const order = [...entry.tools.keys()].map((key) => ({ key, rank: Number(random.next().value) }));
          const tools: Extract<Recorded, { tools: unknown }>['tools'][number][] = [];
          for (const { key } of order.toSorted((left, right) => left.rank - right.rank)) {
            if (entry.tools[key] !== undefined) tools[key] = entry.tools[key];
          }
          return { tools, results: entry.results };
        });
        expect(shuffled.reduce(replayOne, run.start)).toEqual(endOf(run));
      }),
    );
  });

  it('a crash after any recorded result resumes in the same state, and no state is ever changed', () => {
    holds((run) => {
      for (let crash = 0; crash <= run.recorded.length; crash++) {
        const replayed = run.recorded
          .slice(0, crash)
          .map(throughHistory)
          .reduce((state, entry) => deepFreeze(replayOne(state, entry)), deepFreeze(run.start));
        expect(replayed).toEqual(run.states[crash - 1] ?? run.start);
        expect(nextStep(replayed)).toEqual(run.steps[crash]);
        expect(run.recorded.slice(crash).reduce(replayOne, replayed)).toEqual(endOf(run));
      }
    });
  });

  it('handing the run on at any step, and at every step, changes nothing of what becomes of it', () => {
    holds((run) => {
      for (let split = 0; split <= run.recorded.length; split++) {
        const handedOn = handOn(run.states[split - 1] ?? run.start);
        expect(nextStep(handedOn)).toEqual(
          withoutTail(nextStep(run.states[split - 1] ?? run.start), handedOn),
        );
        const end = run.recorded.slice(split).reduce(replayOne, handedOn);
        expectSameEnd(end, endOf(run));
      }
      const everywhere = run.recorded.reduce((state, entry) => replayOne(handOn(state), entry), run.start);
      expectSameEnd(everywhere, endOf(run));
    });
  });

  it('every call of an accepted response is answered in order, unless the run ends there', () => {
    holds((run) => {
      const { messages } = endOf(run).transcript;
      messages.forEach((message, index) => {
        const answers = messages[index + 1];
        if (message.kind !== 'response' || answers === undefined) return;
        const ids = message.parts.flatMap((part) => (part.kind === 'tool-call' ? [part.toolCallId] : []));
        const answered = answers.parts.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : []));
        const isLast = index + 2 === messages.length;
        const isCutShort = isLast && endOf(run).phase.kind === 'failed';
        expect(answered).toEqual(isCutShort ? ids.filter((id) => answered.includes(id)) : ids);
      });
    });
  });
});

describe('the transcript of any run', () => {
  const addressOf = ({ transcript }: RunState) => targetOf(transcript.unsent);

  it('has at its end the address that its unsent messages lead to', () => {
    holds((run) => {
      for (const state of [run.start, ...run.states]) {
        const { messages, versions } = state.transcript;
        const { start } = state.transcript;
        const version = versions.at(-1) ?? start.version;
        expect(addressOf(state)).toEqual({ length: start.length + messages.length, version });
        expect(versions).toHaveLength(messages.length);
      }
    });
  });

  it('never has the same version twice', () => {
    holds((run) => {
      const { versions } = endOf(run).transcript;
      expect(new Set(versions).size).toBe(versions.length);
    });
  });

  it('is what the model requests were told, resolved, and what came after the last one', () => {
    holds((run) => {
      const results = resultsOf(run);
      const rebuilt: (ModelMessage | undefined)[] = [];
      let reached = EMPTY_TRANSCRIPT;
      // A last request without an answer was not carried out: its messages are the tail.
      const told = run.steps
        .slice(0, run.recorded.length)
        .flatMap((step) => (step.kind === 'request-model' ? [step.transcript] : []));
      for (const delta of [...told, endOf(run).transcript.unsent]) {
        expect(delta.base).toEqual(reached);
        reached = targetOf(delta);
        for (const descriptor of delta.append) {
          rebuilt.push(...(toMessages(descriptor, results) ?? [undefined]));
        }
      }
      expect(rebuilt).toEqual([...historyOf(run.start.request), ...endOf(run).transcript.messages]);
    });
  });
});

it('refuses to go on while a call has no outcome', () => {
  holds((run) => {
    for (const state of run.states.filter(({ phase }) => phase.kind === 'calling')) {
      expect(() => withToolOutcomes(state, [])).toThrow('has no result');
    }
  });
});
