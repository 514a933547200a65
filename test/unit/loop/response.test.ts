import { runScript } from './run-script';
import {
  call,
  chatter,
  invalidOutput,
  invalidText,
  jsonText,
  output,
  returns,
  says,
  type ScriptedAgent,
  text,
  thinking,
  transformedOutput,
  wrappedOutput,
} from './script';

const structured: ScriptedAgent = { output: 'tool' };

describe('a text', () => {
  it('is the output, its parts concatenated', () => {
    expect(runScript({ model: [says(text('Good '), thinking('hm'), text('day'))] }).output).toBe('Good day');
  });

  it('is valid when it is whitespace', () => {
    expect(runScript({ model: [says(text(' \n'))] }).output).toBe(' \n');
  });

  it.each(['length', 'content_filter'] as const)(
    'is accepted in part when it ended with %s',
    (finishReason) => {
      expect(runScript({ model: [says(text('Good')).finishing(finishReason)] }).output).toBe('Good');
    },
  );

  it('is accepted in automatic mode when it is the structured output as JSON', () => {
    const run = runScript({ agent: structured, model: [says(jsonText({ a: 1 }))] });
    expect(run.output).toEqual({ a: 1 });
  });

  it('gets the complaints of the output schema', () => {
    const run = runScript({
      agent: structured,
      model: [says(invalidText('{}', 'a is missing')), says(jsonText({ a: 1 }))],
    });
    expect(run.transcript).toContain('text again: a is missing');
    expect(run.output).toEqual({ a: 1 });
  });

  it('gets a request for a tool call when only that can be the output', () => {
    const run = runScript({ agent: structured, model: [says(chatter('Well …')), says(output({ a: 1 }))] });
    expect(run.transcript).toEqual([
      'user: hello',
      'model: Well …',
      'text again: Please include your response in a tool call.',
      'model calls final_result',
      'final_result returned Final result processed.',
    ]);
  });
});

describe('a call of the output tool', () => {
  it.each([
    ['an object', output({ a: 1 }), { a: 1 }],
    ['a wrapped list', wrappedOutput([1, 2]), [1, 2]],
    ['a wrapped null', wrappedOutput(null), null],
    ['what the schema made of it', transformedOutput({ a: '1' }, { a: 1 }), { a: 1 }],
    ['an object that a provider sent parsed', wrappedOutput(5, { response: 5 }), 5],
  ])('gives %s', (_, part, expected) => {
    expect(runScript({ agent: structured, model: [says(part)] }).output).toEqual(expected);
  });

  it('unwraps an output whose arguments the provider sent as an object (bug: it stayed wrapped)', () => {
    const run = runScript({ agent: structured, model: [says(wrappedOutput('x', { response: 'x' }))] });
    expect(run.output).toBe('x');
  });

  it('reads no arguments at all as an empty object (bug: it was parsed as JSON)', () => {
    const part = { part: call('final_result', '').part, call: { output: { as: 'json' as const } } };
    expect(runScript({ agent: structured, model: [says(part)] }).output).toEqual({});
  });
});

describe('a response with neither text nor calls', () => {
  const nothing = says(thinking('hm'));

  it.each([
    { agent: 'without tools', output: 'text', tools: {}, asks: 'Please return text.' },
    {
      agent: 'with tools',
      output: 'text',
      tools: { add: returns(3) },
      asks: 'Please return text or call a tool.',
    },
    {
      agent: 'with structured output',
      output: 'tool',
      tools: {},
      asks: 'Please return text or include your response in a tool call.',
    },
    {
      agent: 'with structured output and tools',
      output: 'tool',
      tools: { add: returns(3) },
      asks: 'Please return text or include your response in a tool call.',
    },
  ] as const)('gets "$asks" of an agent $agent', ({ output: mode, tools, asks }) => {
    const answer = mode === 'text' ? text('hi') : output({ a: 1 });
    const run = runScript({ agent: { output: mode }, tools, model: [nothing, says(answer)] });
    expect(run.transcript[1]).toBe(`text again: ${asks}`);
    expect(run.steps).toBe(2);
  });

  it.each([
    ['no parts', says()],
    ['an empty text', says(text(''))],
    ['empty texts', says(text(''), text(''))],
  ])('is one with %s', (_, response) => {
    const run = runScript({ model: [response, says(text('hi'))] });
    expect(run.transcript).toContain('text again: Please return text.');
  });

  it('ends the run without a retry when the token limit was reached', () => {
    const run = runScript({ model: [nothing.finishing('length')] });
    expect(run.failure).toEqual({
      type: 'UnexpectedModelBehaviorError',
      message: 'The token limit was reached before the model said anything. Raise modelSettings.maxTokens.',
      fields: {},
    });
    expect(run.steps).toBe(1);
  });

  it('ends the run without a retry when the content filter stopped it', () => {
    const run = runScript({ model: [says().finishing('content_filter')] });
    expect(run.failure).toMatchObject({ type: 'ContentFilterError' });
    expect(run.steps).toBe(1);
  });
});

describe('output retries', () => {
  const wrong = says(invalidOutput('a is missing'));
  const exceeded = (retries: number) => ({
    type: 'UnexpectedModelBehaviorError',
    message: `Exceeded maximum output retries (${retries})`,
  });

  it.each([0, 1, 3])('of %i are that many attempts and one more', (outputRetries) => {
    const attempts = Array.from({ length: outputRetries + 1 }, () => wrong);
    const run = runScript({ agent: { ...structured, outputRetries }, model: attempts });
    expect(run.failure).toMatchObject(exceeded(outputRetries));
    expect(run.steps).toBe(outputRetries + 1);
  });

  it('are one counter for texts, empty responses and calls of the output tool', () => {
    const run = runScript({
      agent: { ...structured, outputRetries: 3 },
      model: [wrong, says(), says(invalidText('x', 'no JSON')), says(chatter('well'))],
    });
    expect(run.failure).toMatchObject(exceeded(3));
  });

  it('are never reset, not even by tools that succeed', () => {
    const run = runScript({
      agent: structured,
      tools: { add: returns(3) },
      model: [wrong, says(call('add')), wrong],
    });
    expect(run.failure).toMatchObject(exceeded(1));
  });

  it('count two invalid outputs in one response once', () => {
    const run = runScript({
      agent: structured,
      model: [says(invalidOutput(), invalidOutput()), says(output({ a: 1 }))],
    });
    expect(run.output).toEqual({ a: 1 });
  });

  it('are apart from the retries of tools', () => {
    const run = runScript({
      agent: { ...structured, outputRetries: 0, toolRetries: 5 },
      model: [says(chatter('well'))],
    });
    expect(run.failure).toMatchObject(exceeded(0));
  });

  it('leave the answer that was refused in the transcript, with the reason when it came by a call', () => {
    const run = runScript({ agent: { ...structured, outputRetries: 0 }, model: [wrong] });
    expect(run.transcript).toEqual([
      'user: hello',
      'model calls final_result',
      'final_result again: a is missing',
    ]);
  });
});

describe('an output that the token limit cut', () => {
  const cut = says(invalidOutput('is no JSON', '{"a":')).finishing('length');

  it('gets an ordinary retry', () => {
    const run = runScript({ agent: structured, model: [cut, says(output({ a: 1 }))] });
    expect(run.output).toEqual({ a: 1 });
  });

  it('is an IncompleteToolCallError when no retry is left', () => {
    const run = runScript({ agent: { ...structured, outputRetries: 0 }, model: [cut] });
    expect(run.failure).toMatchObject({
      type: 'IncompleteToolCallError',
      message:
        "The token limit cut the arguments of tool 'final_result'. Raise modelSettings.maxTokens, or simplify what is asked.",
    });
  });

  it('is one also behind another invalid output', () => {
    const response = says(invalidOutput(), invalidOutput('is no JSON', '{')).finishing('length');
    const run = runScript({ agent: { ...structured, outputRetries: 0 }, model: [response] });
    expect(run.failure?.type).toBe('IncompleteToolCallError');
  });
});
