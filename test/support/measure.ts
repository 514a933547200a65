// What an agent's functions and the judges of its model's answers are given, where no run is under way.
import type { Measure } from '../../src/activities/judge-response';
import { toOffer } from '../../src/activities/offer';
import type { Agent } from '../../src/common/agent';
import { IN_HISTORY } from '../../src/common/payload-size';
import type { RunContext } from '../../src/common/run-context';
import { NO_USAGE } from '../../src/common/usage';
import type { RunRequest } from '../../src/common/wire';

export function runContext(more: Partial<RunContext> = {}): RunContext {
  return {
    deps: undefined,
    runId: 'run-1',
    conversationId: 'conversation-1',
    model: 'openai:any',
    runStep: 1,
    messages: [],
    usage: NO_USAGE,
    usageLimits: { requestLimit: 50 },
    retry: 0,
    signal: new AbortController().signal,
    ...more,
  };
}

/** What the answers of an agent's model are judged by in one request. */
export async function measureOf(
  agent: Agent,
  { request = {}, context = runContext() }: { request?: RunRequest; context?: RunContext } = {},
): Promise<Measure> {
  return { agent, offer: await toOffer(agent, request, context), context, room: IN_HISTORY };
}
