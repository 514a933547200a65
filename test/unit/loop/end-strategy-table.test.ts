import type { EndStrategy } from '../../../src/common/wire';
import { runScript } from './run-script';
import {
  asksAgain,
  call,
  invalidCall,
  invalidOutput,
  output,
  returns,
  says,
  type ScriptedPart,
  unknownCall,
  unknownTool,
} from './script';

/*
 * The table of end strategies in semantics.md, row by row and column by column: what answers each call, which functions
 * run, and whether the run ends there.
 */

const stub = (tool: string, content: string): string => `${tool} returned ${content}`;
const PROCESSED = stub('final_result', 'Final result processed.');
const NOT_USED = stub('final_result', 'Output tool not used - a final result was already processed.');
const NOT_FINAL = stub(
  'final_result',
  'Output tool processed, but its value will not be the final result of the agent run.',
);
const SET_ASIDE = stub(
  'final_result',
  'Output not used as the final result - addressing tool retries from this round first.',
);
const INVALID = 'final_result again: is wrong';
const notRun = (tool: string): string =>
  stub(tool, 'Tool not executed - a final result was already processed.');

interface Column {
  /** In the order of the calls. */
  readonly answers: readonly string[];
  readonly runs?: readonly string[];
  /** Whether the first valid output is that of the run. @default true */
  readonly ends?: boolean;
}

type Row = readonly [
  response: string,
  parts: readonly ScriptedPart[],
  columns: Readonly<Record<EndStrategy, Column>>,
];

const same = (column: Column): Record<EndStrategy, Column> => ({
  early: column,
  graceful: column,
  exhaustive: column,
});

/** `exhaustive` as `graceful`. */
const late = (early: Column, graceful: Column): Record<EndStrategy, Column> => ({
  early,
  graceful,
  exhaustive: graceful,
});

const first = output({ v: 1 });
const second = output({ v: 2 });
const invalid = invalidOutput('is wrong');

const table: readonly Row[] = [
  [
    'final + function call',
    [first, call('t')],
    late({ answers: [PROCESSED, notRun('t')] }, { answers: [PROCESSED, 't returned 1'], runs: ['t'] }),
  ],
  [
    'function call + final',
    [call('t'), first],
    late({ answers: [notRun('t'), PROCESSED] }, { answers: ['t returned 1', PROCESSED], runs: ['t'] }),
  ],
  [
    'two valid finals',
    [first, second],
    {
      early: { answers: [PROCESSED, NOT_USED] },
      graceful: { answers: [PROCESSED, NOT_USED] },
      exhaustive: { answers: [PROCESSED, NOT_FINAL] },
    },
  ],
  [
    'valid final + invalid final',
    [first, invalid],
    {
      early: { answers: [PROCESSED, NOT_USED] },
      graceful: { answers: [PROCESSED, NOT_USED] },
      exhaustive: { answers: [PROCESSED, INVALID] },
    },
  ],
  ['invalid final + valid final', [invalid, first], same({ answers: [INVALID, PROCESSED] })],
  [
    'invalid final + function call',
    [invalid, call('t')],
    same({ answers: [INVALID, 't returned 1'], runs: ['t'], ends: false }),
  ],
  [
    'final + call that asks for a retry',
    [first, call('again')],
    late(
      { answers: [PROCESSED, notRun('again')] },
      { answers: [SET_ASIDE, 'again again: more'], runs: ['again'], ends: false },
    ),
  ],
  [
    'final + call with invalid arguments',
    [first, invalidCall('t', 'is wrong')],
    late({ answers: [PROCESSED, notRun('t')] }, { answers: [SET_ASIDE, 't again: is wrong'], ends: false }),
  ],
  [
    'final + unknown tool',
    [first, unknownCall('guess')],
    late(
      { answers: [PROCESSED, notRun('guess')] },
      { answers: [PROCESSED, `guess again: ${unknownTool('guess')}`] },
    ),
  ],
];

const cells = table.flatMap(([response, parts, columns]) =>
  (['early', 'graceful', 'exhaustive'] as const).map((strategy) => ({
    response,
    parts,
    strategy,
    ...columns[strategy],
  })),
);

describe('a response with several calls', () => {
  it.each(cells)('$response, $strategy', ({ parts, strategy, answers, runs = [], ends = true }) => {
    const run = runScript({
      agent: { output: 'tool', endStrategy: strategy },
      tools: { t: returns(1), again: [asksAgain('more')] },
      model: [says(...parts), ...(ends ? [] : [says(output({ v: 'later' }))])],
    });
    expect(run.output).toEqual({ v: ends ? 1 : 'later' });
    expect(run.steps).toBe(ends ? 1 : 2);
    expect(run.toolsRun).toEqual(runs);
    expect(run.usage.toolCalls).toBe(runs.includes('t') ? 1 : 0);
    const start = 1 + parts.length;
    expect(run.transcript.slice(start, start + answers.length)).toEqual(answers);
  });

  it.each(['early', 'graceful', 'exhaustive'] as const)(
    'tells an invalid final beside a valid one that no retry is left for, %s',
    (endStrategy) => {
      const run = runScript({
        agent: { output: 'tool', endStrategy, outputRetries: 0 },
        model: [says(invalid, first)],
      });
      expect(run.output).toEqual({ v: 1 });
      expect(run.transcript.slice(3)).toEqual([
        stub('final_result', 'Output tool not used - output failed validation.'),
        PROCESSED,
      ]);
    },
  );

  it('stubs an invalid final behind a valid one that no retry is left for, exhaustive', () => {
    const run = runScript({
      agent: { output: 'tool', endStrategy: 'exhaustive', outputRetries: 0 },
      model: [says(first, invalid)],
    });
    expect(run.output).toEqual({ v: 1 });
    expect(run.transcript.at(-1)).toBe(
      stub('final_result', 'Output tool not used - output failed validation.'),
    );
  });

  it('runs its functions with the strategy early when no output in it is valid', () => {
    const run = runScript({
      agent: { output: 'tool', endStrategy: 'early' },
      tools: { t: returns(1) },
      model: [says(call('t'), call('t')), says(first)],
    });
    expect(run.toolsRun).toEqual(['t', 't']);
  });
});
