import { Context } from '@temporalio/activity';
import type { Agent } from '../common/agent';
import type { ModelMessage } from '../common/messages';
import type { Model } from '../common/model';
import type { RunContext } from '../common/run-context';
import { addUsage, DEFAULT_REQUEST_LIMIT, NO_USAGE, type UsageLimits } from '../common/usage';
import type { ModelRequestInput, RunRequest } from '../common/wire';
import type { CurrentRun } from './current-run';
import { depsOf } from './deps';

interface Situation {
  readonly run: CurrentRun;
  readonly agent: Agent;
  readonly model: Model;
  readonly request: RunRequest;
  readonly messages: readonly ModelMessage[];
  readonly input: ModelRequestInput;
}

/** What an agent's own functions are told beside their subject. */
export async function toRunContext({
  run,
  agent,
  model,
  request,
  messages,
  input,
}: Situation): Promise<RunContext> {
  return {
    deps: await depsOf(agent, request),
    runId: run.runId,
    conversationId: request.conversationId ?? run.workflowId,
    model: model.name,
    runStep: input.step ?? 1,
    messages,
    usage: input.usage ?? addUsage(NO_USAGE, request.usage ?? {}),
    usageLimits: usageLimitsOf(agent, request),
    retry: input.retry ?? 0,
    signal: Context.current().cancellationSignal,
  };
}

/** A run's limits: its own over its agent's over the defaults. */
export function usageLimitsOf(agent: Agent, request: RunRequest): UsageLimits {
  return { requestLimit: DEFAULT_REQUEST_LIMIT, ...agent.usageLimits, ...request.usageLimits };
}
