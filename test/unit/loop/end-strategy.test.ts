import { runScript } from './run-script';
import {
  asksAgain,
  call,
  fails,
  invalidCall,
  invalidOutput,
  output,
  returns,
  says,
  type ScriptedPart,
  text,
  unknownCall,
  unknownTool,
} from './script';

const PROCESSED = 'final_result returned Final result processed.';
const NOT_USED = 'final_result returned Output tool not used - a final result was already processed.';
const SET_ASIDE =
  'final_result returned Output not used as the final result - addressing tool retries from this round first.';

interface Round {
  readonly response: string;
  readonly parts: readonly ScriptedPart[];
  /** The answers, in the order of the calls. */
  readonly answers: readonly string[];
  readonly toolsRun?: readonly string[];
}

function runRound(parts: readonly ScriptedPart[], ...rest: readonly ReturnType<typeof says>[]) {
  return runScript({
    agent: { output: 'tool', outputRetries: 1, toolRetries: 1 },
    tools: { t: returns(1), again: [asksAgain('more'), returns(2)], fail: fails('no') },
    model: [says(...parts), ...rest],
  });
}

function answersOf({ messages, transcript }: ReturnType<typeof runRound>): readonly string[] {
  const calls = messages[1]?.parts.length ?? 0;
  return transcript.slice(1 + calls, 1 + calls + (messages[2]?.parts.length ?? 0));
}

describe('the end strategy graceful ends the run with', () => {
  it.each<Round>([
    { response: 'a final answer', parts: [output({ v: 1 })], answers: [PROCESSED] },
    {
      response: 'a final answer and a function call, which runs first',
      parts: [output({ v: 1 }), call('t')],
      answers: [PROCESSED, 't returned 1'],
      toolsRun: ['t'],
    },
    {
      response: 'a function call and a final answer',
      parts: [call('t'), output({ v: 1 })],
      answers: ['t returned 1', PROCESSED],
      toolsRun: ['t'],
    },
    {
      response: 'two valid final answers: the first wins',
      parts: [output({ v: 1 }), output({ v: 2 })],
      answers: [PROCESSED, NOT_USED],
    },
    {
      response: 'a valid and an invalid final answer: the valid one wins',
      parts: [output({ v: 1 }), invalidOutput()],
      answers: [PROCESSED, NOT_USED],
    },
    {
      response: 'an invalid and a valid final answer: the valid one wins',
      parts: [invalidOutput('is wrong'), output({ v: 1 })],
      answers: ['final_result again: is wrong', PROCESSED],
    },
    {
      response: 'a final answer and an unknown tool',
      parts: [output({ v: 1 }), unknownCall('guess')],
      answers: [PROCESSED, `guess again: ${unknownTool('guess')}`],
    },
    {
      response: 'a final answer and a function that failed for the model to know',
      parts: [output({ v: 1 }), call('fail')],
      answers: [PROCESSED, 'fail failed: no'],
      toolsRun: ['fail'],
    },
    {
      response: 'a final answer among many calls',
      parts: [
        call('t'),
        invalidOutput('is wrong'),
        unknownCall('guess'),
        output({ v: 1 }),
        call('fail'),
        output({ v: 2 }),
      ],
      answers: [
        't returned 1',
        'final_result again: is wrong',
        `guess again: ${unknownTool('guess')}`,
        PROCESSED,
        'fail failed: no',
        NOT_USED,
      ],
      toolsRun: ['t', 'fail'],
    },
    {
      response: 'a final answer beside a text',
      parts: [text('Here it is.'), output({ v: 1 })],
      answers: [PROCESSED],
    },
  ])('$response', ({ parts, answers, toolsRun = [] }) => {
    const run = runRound(parts);
    expect(run.output).toEqual({ v: 1 });
    expect(run.steps).toBe(1);
    expect(answersOf(run)).toEqual(answers);
    expect(run.toolsRun).toEqual(toolsRun);
  });
});

describe('the end strategy graceful goes on after', () => {
  it.each<Round>([
    {
      response: 'an invalid final answer and a function call: the next request carries both results',
      parts: [invalidOutput('is wrong'), call('t')],
      answers: ['final_result again: is wrong', 't returned 1'],
      toolsRun: ['t'],
    },
    {
      response: 'a final answer and a function that asks for a retry',
      parts: [output({ v: 1 }), call('again')],
      answers: [SET_ASIDE, 'again again: more'],
      toolsRun: ['again'],
    },
    {
      response: 'a final answer and a call with invalid arguments',
      parts: [invalidCall('t', 'is wrong'), output({ v: 1 })],
      answers: ['t again: is wrong', SET_ASIDE],
    },
    {
      response: 'two final answers, one of them invalid, and a call with invalid arguments',
      parts: [invalidOutput('is wrong'), output({ v: 1 }), invalidCall('t', 'is wrong too')],
      answers: ['final_result again: is wrong', SET_ASIDE, 't again: is wrong too'],
    },
    {
      response: 'an invalid final answer',
      parts: [invalidOutput('is wrong')],
      answers: ['final_result again: is wrong'],
    },
    {
      response: 'two invalid final answers',
      parts: [invalidOutput('is wrong'), invalidOutput('is wrong too')],
      answers: ['final_result again: is wrong', 'final_result again: is wrong too'],
    },
  ])('$response', ({ parts, answers, toolsRun = [] }) => {
    const run = runRound(parts, says(output({ v: 'later' })));
    expect(run.output).toEqual({ v: 'later' });
    expect(run.steps).toBe(2);
    expect(answersOf(run)).toEqual(answers);
    expect(run.toolsRun).toEqual(toolsRun);
  });
});

describe('a final answer', () => {
  it('that was set aside uses no output retry', () => {
    const run = runScript({
      agent: { output: 'tool', outputRetries: 0 },
      tools: { t: [asksAgain('more')] },
      model: [says(output({ v: 1 }), call('t')), says(output({ v: 2 }))],
    });
    expect(run.output).toEqual({ v: 2 });
  });

  it('does not save a run whose tool has no retry left', () => {
    const run = runScript({
      agent: { output: 'tool', toolRetries: 0 },
      tools: { t: asksAgain('more') },
      model: [says(output({ v: 1 }), call('t'))],
    });
    expect(run.failure?.message).toBe("Tool 't' exceeded max retries count of 0");
  });

  it('ends the run also beside an unknown name that has no retry left', () => {
    const run = runScript({
      agent: { output: 'tool', toolRetries: 0 },
      model: [says(output({ v: 1 }), unknownCall('guess'))],
    });
    expect(run.output).toEqual({ v: 1 });
  });

  it('ends the run also behind an invalid one when no output retry is left', () => {
    const run = runScript({
      agent: { output: 'tool', outputRetries: 0 },
      model: [says(invalidOutput(), output({ v: 1 }))],
    });
    expect(run.output).toEqual({ v: 1 });
  });

  it('leaves its answers in the tail, which no request carried', () => {
    const run = runRound([output({ v: 1 }), call('t')]);
    expect(run.tail).toEqual([
      { response: 'response-1' },
      { request: [expect.objectContaining({ content: 'Final result processed.' }), { result: 'result-1' }] },
    ]);
  });
});
