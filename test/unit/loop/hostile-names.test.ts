import { runScript } from './run-script';
import {
  asksAgain,
  call,
  invalidCall,
  returns,
  says,
  text,
  unknownCall,
  unknownTool,
  withId,
} from './script';

const HOSTILE = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '0',
  "'; DROP",
  '\ud83d',
];

describe.each(HOSTILE)('the name %j', (name) => {
  it('works as the name of a tool, with retries of its own', () => {
    const run = runScript({
      agent: { retries: { [name]: 2 } },
      tools: { [name]: [asksAgain('1'), asksAgain('2'), returns(3)] },
      model: [says(call(name)), says(call(name)), says(call(name)), says(text('ok'))],
    });
    expect(run.output).toBe('ok');
    expect(run.toolsRun).toEqual([name, name, name]);
    expect(run.usage.toolCalls).toBe(1);
  });

  it('is an unknown tool when the agent has none of that name', () => {
    const run = runScript({
      tools: { t: returns(1) },
      model: [says(unknownCall(name), call('t')), says(unknownCall(name))],
    });
    expect(run.toolsRun).toEqual(['t']);
    expect(run.transcript.at(-1)).toBe(`${name} again: ${unknownTool(name)}`);
    expect(run.failure?.message).toBe(`Tool '${name}' exceeded max retries count of 1`);
  });

  it('works as the id of a call', () => {
    const run = runScript({
      tools: { t: [asksAgain('1'), returns(2)] },
      model: [says(withId(name, call('t')), invalidCall('t')), says(call('t')), says(text('ok'))],
    });
    expect(run.messages[2]?.parts).toMatchObject([
      { content: '1', toolCallId: name },
      { toolCallId: 'call-2' },
    ]);
    expect(run.output).toBe('ok');
  });

  it('works as a counter of the provider (bug: it was added to what objects inherit)', () => {
    const counts = (value: number) => ({ details: { [name]: value } });
    const run = runScript({
      usage: counts(1),
      tools: { t: returns(1) },
      model: [says(call('t')).spending(counts(2)), says(text('ok')).spending(counts(3))],
    });
    expect(Object.entries(run.usage.details)).toEqual([[name, 6]]);
  });

  it('works as a counter of the provider in the first response', () => {
    const run = runScript({ model: [says(text('ok')).spending({ details: { [name]: 2 } })] });
    expect(Object.entries(run.usage.details)).toEqual([[name, 2]]);
  });
});
