import type { Agent, OutputOf } from '../common/agent';
import type { UserPrompt } from '../common/messages';
import { AgentClient, type AgentReference } from './agent-client';
import type { RunHandle } from './run-handle';
import type { OptionsArgument, RunOptions, StartOptions } from './run-options';
import type { RunResult } from './run-result';

let connecting: Promise<AgentClient> | undefined;

/** The client that the functions of this module share: connected at first use, from the environment. */
export async function defaultClient(): Promise<AgentClient> {
  connecting ??= AgentClient.connect();
  try {
    return await connecting;
  } catch (error) {
    connecting = undefined; // the next call tries again
    throw error;
  }
}

/** {@link AgentClient.run} on a client from the environment. */
export async function run<A extends Agent>(
  agent: AgentReference<A>,
  prompt: UserPrompt | undefined,
  ...options: OptionsArgument<A, RunOptions<A>>
): Promise<RunResult<OutputOf<A>>> {
  return (await defaultClient()).run<A>(agent, prompt, ...options);
}

/** {@link AgentClient.start} on a client from the environment. */
export async function start<A extends Agent>(
  agent: AgentReference<A>,
  prompt: UserPrompt | undefined,
  ...options: OptionsArgument<A, StartOptions<A>>
): Promise<RunHandle<OutputOf<A>>> {
  return (await defaultClient()).start<A>(agent, prompt, ...options);
}

/** {@link AgentClient.getRun} on a client from the environment. */
export async function getRun<A extends Agent = Agent>(runId: string): Promise<RunHandle<OutputOf<A>>> {
  return (await defaultClient()).getRun<A>(runId);
}
