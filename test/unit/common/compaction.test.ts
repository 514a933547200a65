import { defineAgent } from '../../../src/common/agent';
import {
  type CompactionStrategy,
  dropToolResults,
  keepLast,
  strategyName,
  summarize,
} from '../../../src/common/compaction';
import { UserError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';

const model: Model = { name: 'small', request: () => Promise.reject(new Error('not called')) };

describe('a strategy', () => {
  it.each([
    { what: 'keepLast', made: keepLast(), holds: { kind: 'keepLast', messages: 20, keepFirst: 1 } },
    {
      what: 'keepLast with options',
      made: keepLast({ messages: 6, keepFirst: 0 }),
      holds: { kind: 'keepLast', messages: 6, keepFirst: 0 },
    },
    {
      what: 'dropToolResults',
      made: dropToolResults(),
      holds: {
        kind: 'dropToolResults',
        keepLast: 10,
        placeholder: '[Removed to save space: about {tokens} tokens]',
      },
    },
    {
      what: 'dropToolResults with options',
      made: dropToolResults({ keepLast: 0, placeholder: 'gone' }),
      holds: { kind: 'dropToolResults', keepLast: 0, placeholder: 'gone' },
    },
    { what: 'summarize', made: summarize(), holds: { kind: 'summarize', keepLast: 20, keepFirst: 1 } },
    {
      what: 'summarize with options',
      made: summarize({ model, keepLast: 4, keepFirst: 2, instructions: 'Keep names.', maxTokens: 500 }),
      holds: {
        kind: 'summarize',
        model,
        keepLast: 4,
        keepFirst: 2,
        instructions: 'Keep names.',
        maxTokens: 500,
      },
    },
  ])('is a plain object that cannot be changed: $what', ({ made, holds }) => {
    expect(made).toEqual(holds);
    expect(Object.isFrozen(made)).toBe(true);
  });

  it.each([
    { mistake: 'no messages', make: () => keepLast({ messages: 0 }), complaint: 'keepLast: messages: ' },
    { mistake: 'half a message', make: () => keepLast({ messages: 1.5 }), complaint: 'keepLast: messages: ' },
    {
      mistake: 'fewer than none',
      make: () => keepLast({ keepFirst: -1 }),
      complaint: 'keepLast: keepFirst: ',
    },
    {
      mistake: 'an option of another strategy',
      make: () => keepLast({ keepLast: 3 } as object),
      complaint: 'keepLast: Unrecognized key: "keepLast"',
    },
    {
      mistake: 'an empty placeholder',
      make: () => dropToolResults({ placeholder: '' }),
      complaint: 'dropToolResults: placeholder: ',
    },
    {
      mistake: 'results of fewer messages than none',
      make: () => dropToolResults({ keepLast: -1 }),
      complaint: 'dropToolResults: keepLast: ',
    },
    {
      mistake: 'a model that is none',
      make: () => summarize({ model: {} as Model }),
      complaint: 'summarize: model: expected a model or the name of one',
    },
    { mistake: 'no tokens', make: () => summarize({ maxTokens: 0 }), complaint: 'summarize: maxTokens: ' },
    {
      mistake: 'empty instructions',
      make: () => summarize({ instructions: '' }),
      complaint: 'summarize: instructions: ',
    },
  ])('is refused with a UserError that names the field: $mistake', ({ make, complaint }) => {
    expect(make).toThrow(UserError);
    expect(make).toThrow(complaint);
  });

  it.each<{ strategy: CompactionStrategy<never>; name: string }>([
    { strategy: keepLast(), name: 'keepLast' },
    { strategy: summarize(), name: 'summarize' },
    { strategy: function onlyPrompts(messages) { return messages; }, name: 'onlyPrompts' }, // prettier-ignore
    { strategy: { strategy: () => [] }.strategy, name: 'function' },
  ])('has a name in events: $name', ({ strategy, name }) => {
    expect(strategyName(strategy)).toBe(name);
  });
});

/** As JavaScript calls it, without the compiler's help. */
function define(compaction: unknown) {
  const changes: object = { compaction };
  return defineAgent({ name: 'support', model: 'openai:gpt-5-mini', ...changes });
}

describe("an agent's compaction", () => {
  it.each([
    { options: {}, at: 0.8, target: 0.5 },
    { options: { at: 1 }, at: 1, target: 0.5 },
    { options: { at: 0.6 }, at: 0.6, target: 0.5 },
    { options: { at: 0.5 }, at: 0.5, target: 0.25 },
    { options: { at: 0.2 }, at: 0.2, target: 0.1 },
    { options: { target: 0.7 }, at: 0.8, target: 0.7 },
  ])('happens at a share of the budget and comes down to another: $options', ({ options, at, target }) => {
    const strategy = keepLast();
    expect(define({ strategy, ...options }).compaction).toEqual({ strategy, at, target });
  });

  it('has a budget when it says one', () => {
    expect(define({ strategy: keepLast(), contextTokens: 32_000 }).compaction).toHaveProperty(
      'contextTokens',
      32_000,
    );
  });

  it.each<{ strategy: CompactionStrategy<never> }>([
    { strategy: keepLast({ messages: 3 }) },
    { strategy: dropToolResults({ placeholder: 'gone' }) },
    { strategy: summarize({ model }) },
    { strategy: (messages) => messages.slice(-20) },
  ])('has its strategy as it was given: $strategy', ({ strategy }) => {
    expect(define({ strategy }).compaction).toHaveProperty('strategy', strategy);
  });

  it('is not there unless it is asked for', () => {
    expect(define(undefined)).toHaveProperty('compaction', undefined);
  });

  it.each([
    { mistake: 'no strategy', compaction: {}, complaint: 'compaction.strategy: expected keepLast(…)' },
    { mistake: 'the strategy alone', compaction: keepLast(), complaint: 'compaction.strategy: ' },
    { mistake: 'a maker', compaction: { strategy: 'keepLast' }, complaint: 'compaction.strategy: expected' },
    {
      mistake: 'a strategy that does not exist',
      compaction: { strategy: { kind: 'forget' } },
      complaint: 'compaction.strategy: expected keepLast(…), dropToolResults(…), summarize(…) or a function',
    },
    {
      mistake: 'a bad field of a strategy written by hand',
      compaction: { strategy: { kind: 'keepLast', messages: 0 } },
      complaint: 'compaction.strategy.messages: ',
    },
    {
      mistake: 'a budget of nothing',
      compaction: { strategy: keepLast(), contextTokens: 0 },
      complaint: 'compaction.contextTokens: ',
    },
    { mistake: 'a share of 0', compaction: { strategy: keepLast(), at: 0 }, complaint: 'compaction.at: ' },
    {
      mistake: 'a share above 1',
      compaction: { strategy: keepLast(), at: 80 },
      complaint: 'compaction.at: ',
    },
    {
      mistake: 'a target that is not below',
      compaction: { strategy: keepLast(), at: 0.5, target: 0.5 },
      complaint: "compaction.target: expected less than 'at'",
    },
    {
      mistake: 'an option that does not exist',
      compaction: { strategy: keepLast(), budget: 1 },
      complaint: 'compaction: Unrecognized key: "budget"',
    },
  ])('is a UserError that names the field: $mistake', ({ compaction, complaint }) => {
    const run = () => define(compaction);
    expect(run).toThrow(UserError);
    expect(run).toThrow(`defineAgent('support'): ${complaint}`);
  });
});
