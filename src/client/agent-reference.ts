import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import type { FirstRequest } from '../common/wire';

/** An agent, or the name of one: a thin backend imports only its type. `client.run<typeof support>('support', …)` */
export type AgentReference<A extends Agent> = A | A['name'];

/** @throws {UserError} for something that is no agent. */
export function nameOf(agent: unknown): string {
  // JavaScript may pass anything.
  const name: unknown = typeof agent === 'string' ? agent : (agent as Partial<Agent> | undefined)?.name;
  if (typeof name === 'string' && name !== '') return name;
  throw new UserError('agent: expected an agent made by defineAgent, or the name of one');
}

/** The name of the agent's model, where more than the agent's name is known. */
export function modelOf(agent: Agent | string): string | undefined {
  if (typeof agent === 'string') return undefined;
  return typeof agent.model === 'string' ? agent.model : agent.model.name;
}

/** The first model request of a run, where more than the agent's name is known. */
export function firstRequestOf(agent: Agent | string, model?: string): FirstRequest | undefined {
  if (typeof agent === 'string' || model === undefined) return undefined;
  const { modelTimeout: timeout, modelMaximumAttempts: maximumAttempts, heartbeatTimeout } = agent;
  return { model, timeout, maximumAttempts, heartbeatTimeout };
}

/** An agent that keeps its prompts out of the UI keeps them out of the list, too. */
export function withSummary<Options extends { readonly summary?: string | false }>(
  agent: Agent | string,
  options: Options = {} as Options, // all options can be left out
): Options {
  return typeof agent === 'object' && !agent.summaries ? { summary: false, ...options } : options;
}
