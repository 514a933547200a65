import type { ModelMessage } from '../../common/messages';
import { estimateTokens } from '../../common/token-estimate';

/** Messages and how many tokens a model reads with them. */
export interface Measured {
  readonly messages: readonly ModelMessage[];
  /** By message. */
  readonly tokens: readonly number[];
  readonly total: number;
  /** Tokens for each one that is estimated. */
  readonly scale: number;
}

/**
 * Estimates each message, and stretches the estimates to what the provider counted of all: they are off by the language,
 * and know nothing of instructions and tools.
 */
export function measure(messages: readonly ModelMessage[], counted?: number): Measured {
  const estimates = messages.map(estimateTokens);
  const estimated = sumOf(estimates);
  const scale = counted === undefined || counted <= 0 || estimated === 0 ? 1 : counted / estimated;
  const tokens = estimates.map((estimate) => estimate * scale);
  return { messages, tokens, total: estimated * scale, scale };
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
