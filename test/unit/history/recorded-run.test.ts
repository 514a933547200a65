import * as fc from 'fast-check';
import { packInParts, unpackMessages } from '../../../src/common/packed-messages';
import { NO_USAGE } from '../../../src/common/usage';
import type { AgentManifest, StartPlan } from '../../../src/common/wire';
import { RecordedRun as Projection } from '../../../src/history';
import type { RunState, Step } from '../../../src/workflows/loop';
import { calls, request, response, returned, user } from '../../support/messages';
import { endOf, record, type Recorded, type RecordedRun, runMaterial } from '../loop/recordings';

/** Through JSON, as history keeps it. */
function throughHistory<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Tells a projection what history tells of one step; tool results come in the order in which they end. */
function tell(projection: Projection, step: Step, recorded: Recorded | undefined, pick: () => number): void {
  if (step.kind === 'request-model') {
    projection.modelRequested(throughHistory({ transcript: step.transcript }));
    if (recorded !== undefined && 'model' in recorded) {
      projection.modelResponded(throughHistory(recorded.model));
    }
  }
  if (step.kind !== 'call-tools' || recorded === undefined || !('tools' in recorded)) return;
  const ended = step.calls.flatMap(({ call, position }) => {
    const result = recorded.results[position];
    return result === undefined ? [] : [{ call, result, rank: pick() }];
  });
  for (const { call, result } of ended.toSorted((left, right) => left.rank - right.rank)) {
    projection.toolReturned(call.toolName, call.toolCallId, throughHistory(result));
  }
}

function tellEnd(projection: Projection, step: Step | undefined, { transcript }: RunState): void {
  if (step?.kind === 'finish' || step?.kind === 'fail') {
    projection.end(throughHistory({ tail: transcript.unsent.append }));
  }
}

function project(run: RecordedRun, pick: () => number): Projection {
  const projection = new Projection();
  const { request: asked, transcript } = run.start;
  projection.start(throughHistory({ ...asked, messageHistory: transcript.earlier }));
  run.steps.forEach((step, index) => tell(projection, step, run.recorded[index], pick));
  tellEnd(projection, run.steps.at(-1), endOf(run));
  return projection;
}

/** A run of which history tells only until one of its model requests was made. */
function untilRequests(run: RecordedRun): RecordedRun[] {
  return run.steps.flatMap((step, index) => {
    if (step.kind !== 'request-model') return [];
    const [steps, recorded, states] = [
      run.steps.slice(0, index + 1),
      run.recorded.slice(0, index),
      run.states.slice(0, index),
    ];
    return [{ ...run, steps, recorded, states }];
  });
}

function expectSame(run: RecordedRun, pick: () => number): void {
  const projection = project(run, pick);
  const { transcript, usage } = endOf(run);
  const earlier = unpackMessages(transcript.earlier);
  const messages = [...earlier, ...transcript.messages];
  expect(throughHistory(projection.messagesSoFar())).toEqual(throughHistory(messages));
  expect(projection.historyLength()).toBe(earlier.length);
  expect(throughHistory(projection.usage)).toEqual(throughHistory(usage));
}

describe('what history says of any run', () => {
  it('are the messages and the usage that the run itself had', () => {
    fc.assert(
      fc.property(runMaterial, fc.infiniteStream(fc.nat()), (material, random) => {
        expectSame(record(material), () => random.next().value as number);
      }),
      { numRuns: 500 },
    );
  });

  it('are those of the moment, whenever the model is asked', () => {
    fc.assert(
      fc.property(runMaterial, (material) => {
        for (const run of untilRequests(record(material))) expectSame(run, () => 0);
      }),
    );
  });
});

describe('what history says of a run', () => {
  const called = {
    kind: 'response',
    parts: [
      { kind: 'tool-call', toolName: 'add', args: '{}', toolCallId: 'a' },
      { kind: 'tool-call', toolName: 'add', args: '{}', toolCallId: 'b' },
    ],
    usage: { inputTokens: 3 },
  } as const;

  /** Asked, and answered by two tool calls. */
  function calling(): Projection {
    const projection = new Projection();
    projection.start('What is 1 + 2?');
    projection.modelRequested({
      transcript: { base: { length: 0, version: '' }, append: [{ input: true }] },
    });
    projection.modelResponded({ id: 'r1', response: called });
    return projection;
  }

  it('that has only started is its question', () => {
    const projection = new Projection();
    projection.start({ prompt: 'What is 1 + 2?', usage: { requests: 2 } });
    expect(projection.messagesSoFar()).toEqual([
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'What is 1 + 2?' }] },
    ]);
    expect(projection.usage).toEqual({ ...NO_USAGE, requests: 2 });
  });

  it('that is in the midst of its tools are the response and the results that came', () => {
    const projection = calling();
    expect(projection.messagesSoFar()).toHaveLength(2);
    projection.toolReturned('add', 'b', { id: 'p2', content: 3 });
    expect(projection.messagesSoFar().slice(1)).toEqual([
      called,
      {
        kind: 'request',
        parts: [{ kind: 'tool-return', toolName: 'add', toolCallId: 'b', content: 3, outcome: 'success' }],
      },
    ]);
    expect(projection.usage).toMatchObject({ requests: 1, toolCalls: 1, inputTokens: 3 });
  });

  it('that is in the midst of its tools has them in the order of the calls, and behind them what they want read (bug: content was left out)', () => {
    const projection = calling();
    projection.toolReturned('add', 'b', { id: 'p2', content: 3, userContent: 'look b' });
    projection.toolReturned('add', 'a', { id: 'p1', content: 4, userContent: 'look a' });
    expect(projection.messagesSoFar().at(-1)?.parts).toMatchObject([
      { toolCallId: 'a', content: 4 },
      { toolCallId: 'b', content: 3 },
      { kind: 'user-prompt', content: 'look a' },
      { kind: 'user-prompt', content: 'look b' },
    ]);
  });

  it('that counted a request and did not send it has no response and no usage of it', () => {
    const projection = calling();
    projection.modelRequested({
      transcript: { base: { length: 1, version: 'v' }, append: [{ response: 'r1' }, { request: [] }] },
    });
    projection.modelResponded({ exceeded: { limit: 'input_tokens_limit', value: 9, message: 'too much' } });
    expect(projection.messagesSoFar().map(({ kind }) => kind)).toEqual(['request', 'response', 'request']);
    expect(projection.usage.requests).toBe(1);
  });

  it('counts only the calls that succeeded', () => {
    const projection = calling();
    projection.toolReturned('add', 'a', { id: 'p1', retry: 'again' });
    projection.toolReturned('add', 'b', { id: 'p2', failed: 'no' });
    expect(projection.usage.toolCalls).toBe(0);
  });

  it('holds the response that broke a limit apart', () => {
    const projection = calling();
    projection.end({ tail: [] });
    expect(projection.messagesSoFar()).toHaveLength(1);
    expect(projection.response('r1')).toEqual(called);
  });

  it('whose failure was too small for its last messages are what its activities returned', () => {
    const projection = calling();
    projection.toolReturned('add', 'a', { id: 'p1', content: 3 });
    projection.end({});
    expect(projection.messagesSoFar().map(({ kind }) => kind)).toEqual(['request', 'response', 'request']);
  });

  it('is not made up where history has a hole', () => {
    const projection = new Projection();
    projection.start('hi');
    const append = [{ response: 'never recorded' }];
    expect(() =>
      projection.modelRequested({ transcript: { base: { length: 1, version: '' }, append } }),
    ).toThrow('the run\'s history lacks what {"response":"never recorded"} refers to');
  });
});

describe('what history says of a run that goes on from earlier messages', () => {
  const earlier = [request(user('hi')), response(calls('a', 'add'), calls('b', 'add'))];

  function goingOn(start: StartPlan): Projection {
    const projection = new Projection();
    projection.start({ messageHistory: earlier });
    projection.resolved({ start } as AgentManifest); // all that is read of it
    return projection;
  }

  const decide: StartPlan = { kind: 'decide', history: 2, answer: { response: response() } };

  it('has no question of its own where it sends a request again or decides upon a response (bug: an empty one was made up)', () => {
    expect(goingOn({ kind: 'resend', history: 2 }).messagesSoFar()).toEqual(earlier);
    expect(goingOn(decide).messagesSoFar()).toEqual(earlier);
    expect(goingOn({ kind: 'ask', history: 2 }).messagesSoFar()).toEqual([...earlier, request()]);
  });

  it('has the results of calls that were open, in their order', () => {
    const projection = goingOn(decide);
    projection.toolReturned('add', 'b', { id: 'p2', content: 2 });
    projection.toolReturned('add', 'a', { id: 'p1', content: 1 });
    expect(projection.messagesSoFar().slice(2)).toEqual([request(returned('a', 1), returned('b', 2))]);
    expect(projection.historyLength()).toBe(2);
  });

  it('is marked where it ended before all calls were answered, so that it can be continued', () => {
    const projection = goingOn(decide);
    projection.toolReturned('add', 'a', { id: 'p1', content: 1 });
    projection.ended = true;
    expect(projection.messagesSoFar()[1]).toEqual({ ...earlier[1], state: 'interrupted' });
    projection.toolReturned('add', 'b', { id: 'p2', content: 2 });
    expect(projection.messagesSoFar()[1]).toEqual(earlier[1]);
  });

  it('has the messages of the run that it continues, as they were loaded', () => {
    const projection = new Projection();
    projection.start({ prompt: 'and?', continueFrom: 'other' });
    for (const gzip of packInParts(earlier)) projection.transcriptLoaded({ gzip });
    expect(projection.historyLength()).toBe(2);
    expect(projection.messagesSoFar()).toEqual([...earlier, request(user('and?'))]);
  });
});
