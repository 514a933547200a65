import { compactionBudgetOf, contextWindowOf } from '../../../src/activities/context-window';
import { defineAgent } from '../../../src/common/agent';
import { type CompactionOptions, keepLast } from '../../../src/common/compaction';
import { UserError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';

function modelNamed(name: string): Model {
  return { name, request: () => Promise.reject(new Error('not called')) };
}

describe('the context window of a model', () => {
  it.each(['openai:gpt-4o', 'openai-chat:gpt-4o', 'openai:gpt-4o-2024-08-06'])('is known of %s', (name) => {
    expect(contextWindowOf(modelNamed(name))).toBe(128_000);
  });

  it.each(['mine', 'openai:no-such-model', 'nobody:gpt-4o', 'constructor', 'openai:', ':gpt-4o', ''])(
    "is not known of '%s', and none is made up",
    (name) => {
      expect(contextWindowOf(modelNamed(name))).toBeUndefined();
    },
  );
});

describe('the budget of an agent', () => {
  function budgetOf(model: string, compaction?: Omit<CompactionOptions, 'strategy'>) {
    const agent = defineAgent({
      name: 'support',
      model,
      ...(compaction === undefined ? {} : { compaction: { strategy: keepLast(), ...compaction } }),
    });
    return compactionBudgetOf(agent, modelNamed(model));
  }

  it("is the model's context window, with the shares of it in tokens", () => {
    expect(budgetOf('openai:gpt-4o', {})).toEqual({ budget: 128_000, above: 102_400, target: 64_000 });
  });

  it('is what the agent says, also of a model whose window is known', () => {
    expect(budgetOf('openai:gpt-4o', { contextTokens: 1_001, at: 0.5 })).toEqual({
      budget: 1_001,
      above: 500,
      target: 250,
    });
    expect(budgetOf('mine', { contextTokens: 100 })).toMatchObject({ budget: 100 });
  });

  it('is none without compaction, whatever the model', () => {
    expect(budgetOf('mine')).toBeUndefined();
  });

  it('is a UserError when nobody knows it, which says what to do', () => {
    const resolve = () => budgetOf('mine', {});
    expect(resolve).toThrow(UserError);
    expect(resolve).toThrow(
      "run of agent 'support': compaction.contextTokens: the context window of model 'mine' is not known; say how many tokens a request may have",
    );
  });
});
