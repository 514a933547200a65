import type { ModelMessage } from './messages';
import type { Usage, UsageLimits } from './usage';

/** What an agent's own functions know about the run: instructions, validators, history processors, `prepare`. */
export interface RunContext<Deps = unknown> {
  /** The run's `deps`, validated by the agent's schema. */
  readonly deps: Deps;
  readonly runId: string;
  readonly conversationId: string;
  /** The model that is asked: `openai:gpt-5-mini`. */
  readonly model: string;
  /** The number of the request that is being made, from 1. */
  readonly runStep: number;
  readonly messages: readonly ModelMessage[];
  /** Spent before this request. */
  readonly usage: Usage;
  readonly usageLimits: UsageLimits;
  /** How often the model was already asked for another output. */
  readonly retry: number;
  /** Fires when the run is cancelled or the worker hands the request back. */
  readonly signal: AbortSignal;
}
