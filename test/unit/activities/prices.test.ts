import { PriceList } from '../../../src/activities/prices';
import type { ResponseUsage } from '../../../src/common/usage';
import type { Model } from '../../../src/common/model';
import { response, said } from '../../support/messages';

const modelNamed = (name: string): Model => ({ name, request: () => Promise.reject(new Error('not asked')) });

function costOf(
  prices: PriceList,
  name: string,
  usage: ResponseUsage,
  modelName = 'some-model',
): number | undefined {
  return prices.withCost(modelNamed(name), { ...response(said('hi')), usage, modelName }).usage.cost;
}

describe('a price of yours', () => {
  const prices = new PriceList({
    mine: { input: 2, output: 10 },
    cached: { input: 2, output: 10, cacheRead: 0.5, cacheWrite: 4 },
    free: { input: 0, output: 0 },
    'openai:gpt-4o': { input: 1, output: 1 },
    constructor: { input: 1, output: 1 },
  });

  it.each<{ what: string; name: string; usage: ResponseUsage; cost: number }>([
    { what: 'for a million tokens', name: 'mine', usage: { inputTokens: 1_000_000 }, cost: 2 },
    { what: 'of both kinds', name: 'mine', usage: { inputTokens: 500_000, outputTokens: 100_000 }, cost: 2 },
    {
      what: 'of tokens from and to a cache as of others, when nothing else is said',
      name: 'mine',
      usage: { inputTokens: 1_000_000, cacheReadTokens: 900_000, cacheWriteTokens: 100_000 },
      cost: 2,
    },
    {
      what: 'of tokens from and to a cache',
      name: 'cached',
      usage: { inputTokens: 1_000_000, cacheReadTokens: 500_000, cacheWriteTokens: 250_000 },
      cost: 0.25 + 1 + 0.5,
    },
    { what: 'that is nothing', name: 'free', usage: { inputTokens: 5 }, cost: 0 },
    { what: 'of a response that counts nothing', name: 'mine', usage: {}, cost: 0 },
    { what: 'that goes before the table', name: 'openai:gpt-4o', usage: { inputTokens: 1_000_000 }, cost: 1 },
    { what: 'named as every object is', name: 'constructor', usage: { outputTokens: 1_000_000 }, cost: 1 },
  ])('is $what', ({ name, usage, cost }) => {
    expect(costOf(prices, name, usage)).toBeCloseTo(cost, 12);
    expect(prices.knows(modelNamed(name))).toBe(true);
  });
});

describe('a price of the table', () => {
  const prices = new PriceList();

  it.each(['openai:gpt-4o', 'openai-chat:gpt-4o'])('is known of %s', (name) => {
    expect(prices.knows(modelNamed(name))).toBe(true);
    const small = costOf(prices, name, { inputTokens: 1000, outputTokens: 1000 }) ?? 0;
    expect(small).toBeGreaterThan(0);
    expect(costOf(prices, name, { inputTokens: 2000, outputTokens: 2000 })).toBeCloseTo(2 * small, 12);
  });

  it('is that of the model that answered, where the provider says another', () => {
    const usage = { inputTokens: 1_000_000 };
    const mini = costOf(prices, 'openai:gpt-4o-mini', usage);
    expect(costOf(prices, 'openai:gpt-4o', usage, 'gpt-4o-mini')).toBe(mini);
    expect(costOf(prices, 'openai:gpt-4o', usage)).not.toBe(mini);
  });

  it.each(['mine', 'openai:no-such-model', 'nobody:gpt-4o', 'constructor', 'openai:', ':gpt-4o'])(
    'is not known of %s, and no cost is made up',
    (name) => {
      expect(prices.knows(modelNamed(name))).toBe(false);
      const before = response(said('hi'));
      expect(prices.withCost(modelNamed(name), before)).toBe(before);
    },
  );
});
