import * as fc from 'fast-check';
import type { ModelMessage, ModelResponse, RequestPart } from '../../../src/common/messages';
import { type RecordedResults, targetOf, toMessage } from '../../../src/common/transcript';
import { addUsage, NO_USAGE, type Usage, withResponseUsage } from '../../../src/common/usage';
import { toFirstMessage } from '../../../src/common/wire';
import { nextStep, type RunState, withToolOutcomes } from '../../../src/workflows/loop';
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
  return { tools: Array.from(recorded.tools, (outcome) => outcome && copy(outcome)) };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key));
  if (value instanceof Map) for (const entry of value.entries()) deepFreeze(entry);
  return value;
}

const succeeded = ({ tools }: Extract<Recorded, { tools: unknown }>): number =>
  tools.filter(
    (outcome) =>
      outcome?.kind === 'result' && 'content' in outcome.part && outcome.result.content !== undefined,
  ).length;

/** What the activities of a run produced, by id. */
function resultsOf({ start, recorded }: RecordedRun): RecordedResults {
  const responses = new Map<string, ModelResponse>();
  const parts = new Map<string, RequestPart>();
  for (const entry of recorded) {
    if ('model' in entry) responses.set(entry.model.id, entry.model.response);
    if (!('tools' in entry)) continue;
    for (const outcome of entry.tools) {
      if (outcome?.kind === 'result') parts.set(outcome.result.id, outcome.part);
    }
  }
  return {
    input: () => toFirstMessage(start.request),
    response: (id) => responses.get(id),
    part: (id) => parts.get(id),
  };
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
    for (const material of fc.sample(runMaterial, { numRuns: 1000, seed: 1 })) {
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
          if ('model' in entry) return withResponseUsage(usage, entry.model.response.usage);
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

  it('no request goes beyond requestLimit', () => {
    holds((run) => {
      const { requestLimit = 50 } = run.start.manifest.usageLimits;
      const { requests } = endOf(run).usage;
      const isBound = requestLimit !== null && run.recorded.length > 0;
      expect(requests).toBeLessThanOrEqual(isBound ? requestLimit : Infinity);
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
          return { tools };
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
        expect(addressOf(state)).toEqual({ length: messages.length, version: versions.at(-1) });
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
      let reached = { length: 0, version: '' };
      // A last request without an answer was not carried out: its messages are the tail.
      const told = run.steps
        .slice(0, run.recorded.length)
        .flatMap((step) => (step.kind === 'request-model' ? [step.transcript] : []));
      for (const delta of [...told, endOf(run).transcript.unsent]) {
        expect(delta.base).toEqual(reached);
        reached = targetOf(delta);
        rebuilt.push(...delta.append.map((descriptor) => toMessage(descriptor, results)));
      }
      expect(rebuilt).toEqual(endOf(run).transcript.messages);
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
