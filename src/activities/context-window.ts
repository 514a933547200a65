import { calcPrice } from '@pydantic/genai-prices';
import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import type { Model } from '../common/model';
import { toListedName } from './listed-name';

/** How many tokens a model takes in one request, answer included; `undefined` where the table does not say. */
export function contextWindowOf({ name }: Model): number | undefined {
  const listed = toListedName(name);
  if (listed === undefined) return undefined;
  const { modelId, providerId } = listed;
  return calcPrice({}, modelId, { providerId })?.model.context_window; // the table is not to be had by itself
}

/** All in tokens. */
export interface CompactionBudget {
  /** What a request may have. */
  readonly budget: number;
  /** Above it a conversation is shortened. */
  readonly above: number;
  /** What it is to come down to. */
  readonly target: number;
}

/**
 * When and how far an agent's conversations are shortened; `undefined` when they are not.
 * @throws {UserError} when neither the agent nor the table says how many tokens a request may have.
 */
export function compactionBudgetOf(
  { name, compaction }: Agent,
  model: Model,
  where = `run of agent '${name}'`,
): CompactionBudget | undefined {
  if (compaction === undefined) return undefined;
  const budget = compaction.contextTokens ?? contextWindowOf(model);
  if (budget === undefined) {
    throw new UserError(
      `${where}: compaction.contextTokens: the context window of model '${model.name}' is not known; say how many tokens a request may have`,
    );
  }
  const { at, target } = compaction;
  return { budget, above: Math.floor(budget * at), target: Math.floor(budget * target) };
}
