import { runScript } from './run-script';
import {
  asksAgain,
  call,
  fails,
  invalidCall,
  returns,
  says,
  type Script,
  type ScriptedPart,
  text,
  unknownCall,
  unknownTool,
} from './script';

const exceeded = (tool: string, retries: number) => ({
  type: 'UnexpectedModelBehaviorError',
  message: `Tool '${tool}' exceeded max retries count of ${retries}`,
});

describe('what the model is told', () => {
  it.each<{ of: string; tools: Script['tools']; calls: ScriptedPart; line: string }>([
    { of: 'a result', tools: { t: returns({ a: 1 }) }, calls: call('t'), line: 't returned {"a":1}' },
    { of: 'no result', tools: { t: {} }, calls: call('t'), line: 't returned null' },
    { of: 'ModelRetry', tools: { t: asksAgain('more') }, calls: call('t'), line: 't again: more' },
    { of: 'ToolFailed', tools: { t: fails('no') }, calls: call('t'), line: 't failed: no' },
    {
      of: 'a timeout',
      tools: { t: asksAgain('Timed out after 5 seconds.') },
      calls: call('t'),
      line: 't again: Timed out after 5 seconds.',
    },
    {
      of: 'invalid arguments',
      tools: {},
      calls: invalidCall('t', 'is no number'),
      line: 't again: is no number',
    },
    {
      of: 'an unknown tool',
      tools: {},
      calls: unknownCall('t'),
      line: "t again: Unknown tool name: 't'. No tools available.",
    },
    { of: 'an empty ModelRetry', tools: { t: asksAgain('') }, calls: call('t'), line: 't again: ' },
    { of: 'an empty ToolFailed', tools: { t: fails('') }, calls: call('t'), line: 't failed: ' },
  ])('of $of', ({ tools, calls, line }) => {
    const run = runScript({ tools: tools ?? {}, model: [says(calls), says(text('ok'))] });
    expect(run.transcript[2]).toBe(line);
  });

  it('names the call that it answers', () => {
    const run = runScript({
      tools: { t: [asksAgain('more'), returns(1)] },
      model: [says(call('t'), invalidCall('t'), unknownCall('u'), call('t')), says(text('ok'))],
    });
    const [, , answers] = run.messages;
    expect(answers?.parts).toMatchObject([
      { kind: 'retry-prompt', toolName: 't', toolCallId: 'call-1' },
      { kind: 'retry-prompt', toolName: 't', toolCallId: 'call-2' },
      { kind: 'retry-prompt', toolName: 'u', toolCallId: 'call-3' },
      { kind: 'tool-return', toolName: 't', toolCallId: 'call-4' },
    ]);
  });

  it('says of invalid arguments where they are wrong', () => {
    const run = runScript({ model: [says(invalidCall('t', 'is no number')), says(text('ok'))] });
    expect(run.messages[2]?.parts).toMatchObject([{ content: [{ path: 'a', message: 'is no number' }] }]);
  });
});

describe('a call that cannot run', () => {
  it('with invalid arguments is not run', () => {
    const run = runScript({ tools: { t: returns(1) }, model: [says(invalidCall('t')), says(text('ok'))] });
    expect(run.toolsRun).toEqual([]);
  });

  it('of an unknown tool is not run, and the calls beside it are', () => {
    const run = runScript({
      tools: { t: returns(1) },
      model: [says(unknownCall('guess'), call('t')), says(text('ok'))],
    });
    expect(run.toolsRun).toEqual(['t']);
    expect(run.transcript.slice(3)).toEqual([
      `guess again: ${unknownTool('guess')}`,
      't returned 1',
      'model: ok',
    ]);
  });
});

describe('the retries of a tool', () => {
  it.each([0, 1, 2])('of %i are that many attempts and one more', (retries) => {
    const attempts = Array.from({ length: retries + 1 }, () => says(call('t')));
    const run = runScript({
      agent: { retries: { t: retries } },
      tools: { t: asksAgain('more') },
      model: attempts,
    });
    expect(run.failure).toMatchObject(exceeded('t', retries));
    expect(run.steps).toBe(retries + 1);
  });

  it('are used by invalid arguments as by ModelRetry', () => {
    const run = runScript({
      tools: { t: asksAgain('more') },
      model: [says(invalidCall('t')), says(call('t'))],
    });
    expect(run.failure).toMatchObject(exceeded('t', 1));
  });

  it('are counted once for two parallel failures in one step', () => {
    const run = runScript({
      agent: { retries: { t: 1 } },
      tools: { t: [asksAgain('more'), asksAgain('more'), returns(1)] },
      model: [says(call('t'), call('t'), invalidCall('t')), says(call('t')), says(text('ok'))],
    });
    expect(run.output).toBe('ok');
  });

  it('are full again after a step in which the tool only succeeded', () => {
    const run = runScript({
      tools: { t: [asksAgain('1'), returns(1), asksAgain('2'), returns(2)] },
      model: [says(call('t')), says(call('t')), says(call('t')), says(call('t')), says(text('ok'))],
    });
    expect(run.output).toBe('ok');
  });

  it('are not reset by a success beside a failure in the same step', () => {
    const run = runScript({
      tools: { t: [asksAgain('1'), returns(1), asksAgain('2')] },
      model: [says(call('t')), says(call('t'), call('t'))],
    });
    expect(run.failure).toMatchObject(exceeded('t', 1));
  });

  it('are not reset by a success beside a ToolFailed in the same step (bug: they were)', () => {
    const run = runScript({
      tools: { t: [asksAgain('1'), returns(1), fails('no'), asksAgain('2')] },
      model: [says(call('t')), says(call('t'), call('t')), says(call('t'))],
    });
    expect(run.failure).toMatchObject(exceeded('t', 1));
  });

  it('are not reset by steps in which the tool was not called', () => {
    const run = runScript({
      tools: { t: asksAgain('more'), u: returns(1) },
      model: [says(call('t')), says(call('u')), says(call('t'))],
    });
    expect(run.failure).toMatchObject(exceeded('t', 1));
  });

  it('are not used, and not reset, by ToolFailed', () => {
    const run = runScript({
      tools: { t: [fails('1'), fails('2'), asksAgain('3'), fails('4'), asksAgain('5')] },
      model: [says(call('t')), says(call('t')), says(call('t')), says(call('t')), says(call('t'))],
    });
    expect(run.failure).toMatchObject(exceeded('t', 1));
    expect(run.steps).toBe(5);
  });

  it('are counted apart for each tool', () => {
    const run = runScript({
      agent: { retries: { t: 1, u: 1 } },
      tools: { t: asksAgain('more'), u: asksAgain('more') },
      model: [says(call('t')), says(call('u')), says(text('ok'))],
    });
    expect(run.output).toBe('ok');
  });

  it('end the run at the first tool, by order of the calls, that has none left', () => {
    const run = runScript({
      agent: { retries: { t: 0, u: 0 } },
      tools: { t: asksAgain('more'), u: asksAgain('more') },
      model: [says(call('u'), call('t'))],
    });
    expect(run.failure).toMatchObject(exceeded('u', 0));
  });

  it('leave the last answers in the transcript when they are used up', () => {
    const run = runScript({
      agent: { retries: { t: 0 } },
      tools: { t: asksAgain('more'), u: returns(1) },
      model: [says(call('t'), call('u'))],
    });
    expect(run.transcript.slice(-2)).toEqual(['t again: more', 'u returned 1']);
    expect(run.usage.toolCalls).toBe(1);
  });
});

describe('the retries of an invented name', () => {
  it('are those that the agent gives to tools', () => {
    const run = runScript({
      agent: { toolRetries: 2 },
      model: [says(unknownCall('guess')), says(unknownCall('guess')), says(unknownCall('guess'))],
    });
    expect(run.failure).toMatchObject(exceeded('guess', 2));
  });

  it('are counted apart for each name', () => {
    const run = runScript({
      model: [says(unknownCall('a')), says(unknownCall('b')), says(unknownCall('c')), says(text('ok'))],
    });
    expect(run.output).toBe('ok');
  });

  it('are counted once for two calls in one step', () => {
    const run = runScript({ model: [says(unknownCall('a'), unknownCall('a')), says(text('ok'))] });
    expect(run.output).toBe('ok');
  });
});

describe('arguments that the token limit cut', () => {
  const cut = says(invalidCall('t', 'is no JSON', '{"a":')).finishing('length');

  it('get an ordinary retry', () => {
    const run = runScript({ tools: { t: returns(1) }, model: [cut, says(call('t')), says(text('ok'))] });
    expect(run.output).toBe('ok');
  });

  it('are an IncompleteToolCallError when no retry is left', () => {
    const run = runScript({ tools: { t: returns(1) }, model: [cut, cut] });
    expect(run.failure).toMatchObject({
      type: 'IncompleteToolCallError',
      message:
        "The token limit cut the arguments of tool 't'. Raise modelSettings.maxTokens, or simplify what is asked.",
    });
  });

  it.each([
    { of: 'complete, but invalid', response: says(invalidCall('t', 'is wrong', '{"a":1}')) },
    { of: 'sent as an object', response: says(invalidCall('t', 'is wrong', { a: 1 })) },
    { of: 'none at all', response: says(invalidCall('t', 'is missing', '')) },
    { of: 'valid, and the tool asked for a retry', response: says(call('t', '{"a":1}')) },
  ])('are not those that are $of (bug: they were blamed on the token limit)', ({ response }) => {
    const run = runScript({
      agent: { retries: { t: 0 } },
      tools: { t: asksAgain('more') },
      model: [response.finishing('length')],
    });
    expect(run.failure).toMatchObject(exceeded('t', 0));
  });
});
