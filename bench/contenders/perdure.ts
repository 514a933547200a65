import type { Agent } from 'perdure';
import { AgentClient } from 'perdure/client';
import { localReader, reader } from '../workers/agents';
import type { Contender, ContenderName } from './contender';

export const perdure = serving('perdure', reader);

/** Its tool is a local activity. */
export const perdureLocal = serving('perdure-local', localReader);

function serving(name: ContenderName, agent: Agent): Contender {
  return {
    name,
    worker: 'workers/perdure.ts',
    connect: (temporal, taskQueue) => {
      const client = new AgentClient(temporal, { taskQueue });
      return {
        run: async (runId, prompt) => (await client.run(agent, prompt, { runId })).output,
        start: async (runId, prompt) => void (await client.start(agent, prompt, { runId })),
        result: async (runId) => (await client.getRun(runId).result()).output,
        chat: (id) => {
          const chat = client.conversation(agent, id);
          return { send: async (turnId, prompt) => (await chat.send(prompt, { turnId })).output };
        },
      };
    },
  };
}
