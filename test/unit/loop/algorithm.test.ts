import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import {
  nextStep,
  startRun,
  toToolOutcome,
  withModelResponse,
  withToolOutcomes,
} from '../../../src/workflows/loop';
import { runScript, toManifest } from './run-script';
import {
  asksAgain,
  breaks,
  call,
  chatter,
  fails,
  invalidCall,
  output,
  returns,
  says,
  text,
  unreachable,
} from './script';

describe('a run', () => {
  it('asks the model and ends with its text', () => {
    const run = runScript({ prompt: 'Capital of France?', model: [says(text('Paris'))] });
    expect(run.output).toBe('Paris');
    expect(run.steps).toBe(1);
    expect(run.transcript).toEqual(['user: Capital of France?', 'model: Paris']);
  });

  it('runs the tools that the model calls, and tells it what they returned', () => {
    const run = runScript({
      prompt: 'What is 1 + 2?',
      tools: { add: returns(3) },
      model: [says(call('add')), says(text('3'))],
    });
    expect(run.steps).toBe(2);
    expect(run.transcript).toEqual(['user: What is 1 + 2?', 'model calls add', 'add returned 3', 'model: 3']);
  });

  it('goes on until the model calls no tool', () => {
    const run = runScript({
      tools: { next: [returns('a'), returns('b'), returns('c')] },
      model: [says(call('next')), says(call('next')), says(call('next')), says(text('done'))],
    });
    expect(run.steps).toBe(4);
    expect(run.toolsRun).toEqual(['next', 'next', 'next']);
    expect(run.output).toBe('done');
  });

  it('keeps a text beside calls in the transcript, but not as its output', () => {
    const run = runScript({
      tools: { add: returns(3) },
      model: [says(text('Let me see.'), call('add')), says(text('3'))],
    });
    expect(run.transcript).toEqual([
      'user: hello',
      'model: Let me see.',
      'model calls add',
      'add returned 3',
      'model: 3',
    ]);
    expect(run.output).toBe('3');
  });

  it('keeps the arguments verbatim as the model wrote them', () => {
    const args = '{ "a":1,\n"b" : 2 }';
    const run = runScript({ tools: { add: returns(3) }, model: [says(call('add', args)), says(text('3'))] });
    expect(run.messages[1]).toMatchObject({ parts: [{ kind: 'tool-call', args }] });
  });

  it('sends nothing but the new messages with each request, based on what went before', () => {
    const run = runScript({
      tools: { add: returns(3) },
      model: [says(call('add')), says(text('3'))],
    });
    const [first, second] = run.requests;
    expect(first).toEqual({ base: EMPTY_TRANSCRIPT, append: [{ input: true }] });
    expect(second?.base.length).toBe(1);
    expect(second?.append).toEqual([{ response: 'response-1' }, { request: [{ result: 'result-1' }] }]);
    expect(run.tail).toEqual([{ response: 'response-2' }]);
  });

  it('starts without a user part when there is no prompt', () => {
    const state = startRun({ instructions: 'Greet.' }, toManifest());
    expect(state.transcript.messages).toEqual([{ kind: 'request', parts: [] }]);
    expect(nextStep(state)).toMatchObject({ kind: 'request-model', number: 1 });
  });

  it('takes an empty text for a prompt', () => {
    expect(runScript({ prompt: '', model: [says(text('hi'))] }).transcript[0]).toBe('user: ');
  });
});

describe('several calls in one response', () => {
  it('have their results in the order of the calls', () => {
    const run = runScript({
      tools: { a: returns(1), b: fails('no'), c: asksAgain('more') },
      model: [says(call('c'), call('b'), invalidCall('a', 'bad'), call('a')), says(text('ok'))],
    });
    expect(run.transcript.slice(-5)).toEqual([
      'c again: more',
      'b failed: no',
      'a again: bad',
      'a returned 1',
      'model: ok',
    ]);
  });

  it('have their results in that order also when they finish in another', () => {
    const calling = withModelResponse(startRun({ prompt: 'x' }, toManifest({}, ['a', 'b'])), {
      id: 'response-1',
      response: {
        kind: 'response',
        usage: {},
        parts: ['a', 'b'].map((toolName) => ({
          kind: 'tool-call',
          toolName,
          args: '',
          toolCallId: toolName,
        })),
      },
    });
    const step = nextStep(calling);
    const outcomes = ['a', 'b'].map((toolName) =>
      toToolOutcome(
        { kind: 'tool-call', toolName, args: '{}', toolCallId: toolName },
        { id: `result-${toolName}` },
      ),
    );
    const finishedLater = [];
    finishedLater[1] = outcomes[1];
    finishedLater[0] = outcomes[0];
    expect(step).toMatchObject({ kind: 'call-tools', calls: [{ position: 0 }, { position: 1 }] });
    expect(withToolOutcomes(calling, finishedLater)).toEqual(withToolOutcomes(calling, outcomes));
  });

  it('add one message of results, not one for each', () => {
    const run = runScript({
      tools: { a: returns(1), b: returns(2) },
      model: [says(call('a'), call('b')), says(text('ok'))],
    });
    expect(run.messages.map(({ kind }) => kind)).toEqual(['request', 'response', 'request', 'response']);
  });
});

describe('usage', () => {
  it('counts requests, tokens and the tool calls that succeeded', () => {
    const run = runScript({
      tools: { add: returns(3), retry: asksAgain('more'), fail: fails('no') },
      model: [
        says(call('add'), call('add'), call('retry'), call('fail'), invalidCall('add')).spending({
          inputTokens: 10,
          outputTokens: 1,
        }),
        says(text('ok')).spending({ inputTokens: 20, outputTokens: 2, details: { images: 1 } }),
      ],
    });
    expect(run.usage).toMatchObject({
      requests: 2,
      toolCalls: 2,
      inputTokens: 30,
      outputTokens: 3,
      totalTokens: 33,
      details: { images: 1 },
    });
  });

  it('does not count calls of the output tool as tool calls', () => {
    const run = runScript({ agent: { output: 'tool' }, model: [says(output({ a: 1 }))] });
    expect(run.usage.toolCalls).toBe(0);
  });

  it('goes on from the usage that the run was started with', () => {
    const run = runScript({
      usage: { requests: 2, inputTokens: 5, details: { images: 1 } },
      model: [says(text('ok')).spending({ inputTokens: 1, details: { images: 2 } })],
    });
    expect(run.usage).toMatchObject({ requests: 3, inputTokens: 6, totalTokens: 6, details: { images: 3 } });
    expect(run.steps).toBe(1);
  });
});

describe('a model request that fails for good', () => {
  const run = runScript({
    tools: { add: returns(3) },
    model: [says(call('add')).spending({ inputTokens: 7 }), unreachable('503')],
  });

  it('ends the run with its failure', () => {
    expect(run.failure).toEqual(unreachable('503'));
    expect(run.output).toBeUndefined();
  });

  it('adds nothing to the usage, and leaves the messages as they were sent', () => {
    expect(run.usage).toMatchObject({ requests: 1, inputTokens: 7 });
    expect(run.transcript).toEqual(['user: hello', 'model calls add', 'add returned 3']);
    expect(run.tail).toEqual([]);
  });
});

describe('a tool that fails for good', () => {
  const run = runScript({
    tools: { add: returns(3), pay: breaks('card service is down') },
    model: [says(call('pay'), call('add'), invalidCall('add'))],
  });

  it('ends the run with its failure', () => {
    expect(run.failure).toEqual(breaks('card service is down'));
  });

  it('keeps what the calls beside it returned, and counts them', () => {
    expect(run.transcript).toEqual([
      'user: hello',
      'model calls pay',
      'model calls add',
      'model calls add',
      'add returned 3',
    ]);
    expect(run.usage.toolCalls).toBe(1);
  });

  it('ends the run also beside a final answer', () => {
    const beside = runScript({
      agent: { output: 'tool' },
      tools: { pay: breaks('down') },
      model: [says(output({ a: 1 }), call('pay'))],
    });
    expect(beside.failure).toEqual(breaks('down'));
    expect(beside.transcript).toEqual(['user: hello', 'model calls final_result', 'model calls pay']);
  });
});

it('refuses tool outcomes that nobody waits for', () => {
  const state = startRun({ prompt: 'x' }, toManifest());
  expect(() => withToolOutcomes(state, [])).toThrow("tool outcomes do not fit the phase 'requesting'");
});

it('finds a script loud that is too short or too long', () => {
  expect(() => runScript({ model: [] })).toThrow('request 1 has no answer');
  expect(() => runScript({ model: [says(text('a')), says(chatter('b'))] })).toThrow('1 scripted answers');
  expect(() => runScript({ model: [says(call('add'))] })).toThrow("a call of tool 'add' has no outcome");
});
