import { Context } from '@temporalio/activity';
import type { Tool, ToolContext } from '../common/tool';
import { fittingSize, IN_HEARTBEAT } from '../common/payload-size';
import { fromRecordedUsage } from '../common/usage';
import type { ToolCallContext } from '../common/wire';
import type { CurrentRun } from './current-run';
import { depsOf } from './deps';
import { usageLimitsOf } from './run-context';
import { type Services, servedAgent } from './services';
import { requestOf, runSoFar } from './transcripts';

interface Call {
  readonly run: CurrentRun;
  readonly tool: Tool;
  readonly call: ToolCallContext;
  readonly heartbeat: ToolContext['heartbeat'];
  readonly signal: AbortSignal;
}

/** What a tool is given beside its arguments. */
export async function toToolContext(
  services: Services,
  { run, tool, call, heartbeat, signal }: Call,
): Promise<ToolContext> {
  const { cache, registry } = services;
  const agent = servedAgent(registry, run.agent);
  const request = await requestOf(cache, run);
  const retry = call.retry ?? 0;
  const maxRetries = tool.retries ?? request.retries?.tools ?? agent.retries.tools;
  return {
    deps: await depsOf(agent, request),
    usage: fromRecordedUsage(call.usage),
    usageLimits: usageLimitsOf(agent, request),
    runId: run.runId,
    conversationId: request.conversationId ?? run.workflowId,
    toolCallId: call.toolCallId,
    toolName: tool.name,
    retry,
    maxRetries,
    lastAttempt: retry >= maxRetries,
    runStep: call.step,
    idempotencyKey: `${run.runId}/${call.step}/${call.toolCallId}`,
    signal,
    heartbeat: (details) => {
      fittingSize(details, `the heartbeat of tool '${tool.name}'`, IN_HEARTBEAT);
      heartbeat(details);
    },
    messages: async () => (await runSoFar(cache, run, { base: call.transcript, append: [] })).messages,
    logger: Context.current().log,
  };
}
