import type { Agent, OutputOf } from '../common/agent';
import type { UserPrompt } from '../common/messages';
import { AgentClient } from './agent-client';
import type { AgentReference } from './agent-reference';
import type { Conversation } from './conversation';
import type { ConversationOptions } from './conversation-options';
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

/** {@link AgentClient.conversation} on a client from the environment. */
export async function conversation<A extends Agent>(
  agent: AgentReference<A>,
  id: string,
  options?: ConversationOptions<A>,
): Promise<Conversation<A>> {
  return (await defaultClient()).conversation<A>(agent, id, options);
}
