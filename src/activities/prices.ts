import { calcPrice } from '@pydantic/genai-prices';
import type { ModelResponse } from '../common/messages';
import type { ResponseUsage } from '../common/usage';
import type { Model } from '../common/model';
import { toListedName } from './listed-name';

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** @default as `input` */
  readonly cacheRead?: number;
  /** @default as `input` */
  readonly cacheWrite?: number;
}

/** Prices by the model's own name (`openai:gpt-5-mini`); they go before the built-in table. */
export type Prices = Readonly<Record<string, ModelPrice>>;

const MILLION = 1_000_000;

/** What models cost: a table of yours over the one of `@pydantic/genai-prices`. */
export class PriceList {
  readonly #own: ReadonlyMap<string, ModelPrice>;

  constructor(own: Prices = {}) {
    this.#own = new Map(Object.entries(own));
  }

  knows(model: Model): boolean {
    return this.#costOf(model.name, undefined, {}) !== undefined;
  }

  /** The response with its cost, when the price is known. */
  withCost(model: Model, response: ModelResponse): ModelResponse {
    const cost = this.#costOf(model.name, response.modelName, response.usage);
    return cost === undefined ? response : { ...response, usage: { ...response.usage, cost } };
  }

  #costOf(name: string, answered: string | undefined, usage: ResponseUsage): number | undefined {
    const own = this.#own.get(name);
    return own === undefined ? listedCost(name, answered, usage) : ownCost(own, usage);
  }
}

function ownCost(price: ModelPrice, usage: ResponseUsage): number {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const plain = inputTokens - cacheReadTokens - cacheWriteTokens;
  const dollars =
    plain * price.input +
    cacheReadTokens * (price.cacheRead ?? price.input) +
    cacheWriteTokens * (price.cacheWrite ?? price.input) +
    outputTokens * price.output;
  return dollars / MILLION;
}

function listedCost(name: string, answered: string | undefined, usage: ResponseUsage): number | undefined {
  const listed = toListedName(name);
  if (listed === undefined) return undefined;
  const { modelId, providerId } = listed;
  const tokens = {
    input_tokens: usage.inputTokens ?? 0,
    output_tokens: usage.outputTokens ?? 0,
    cache_read_tokens: usage.cacheReadTokens ?? 0,
    cache_write_tokens: usage.cacheWriteTokens ?? 0,
  };
  const price =
    (answered === undefined ? null : calcPrice(tokens, answered, { providerId })) ??
    calcPrice(tokens, modelId, { providerId });
  return price?.total_price;
}
