import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { jsonBytes } from '../common/json';
import { parseOptions } from '../common/options';
import { assertRequestFits, runRequestSchema } from '../common/run-request';
import type { Tool } from '../common/tool';
import { DEFAULT_REQUEST_LIMIT } from '../common/usage';
import type { AgentManifest, RunRequest, ToolManifest } from '../common/wire';
import type { AgentRegistry } from './agent-registry';
import { currentRun } from './current-run';
import type { TranscriptCache } from './transcript-cache';

/** Resolves the agent of a new run, checks what the run was asked, and remembers it for the activities to come. */
export function resolveAgent(
  { registry, cache }: { registry: AgentRegistry; cache: TranscriptCache },
  input: unknown,
  searchAttributes: boolean,
): AgentManifest {
  const run = currentRun();
  const agent = registry.agent(run.agent);
  if (agent === undefined) throw unknownAgent(run.agent, registry.agentNames);
  const request = parseOptions<typeof runRequestSchema>(
    runRequestSchema,
    input,
    `run of agent '${agent.name}'`,
  );
  assertRequestFits(request);
  checkRequest(agent, request);
  cache.keepRequest(run.key, request, jsonBytes(request));
  return toManifest(agent, request, { model: registry.modelOf(agent, request.model).name, searchAttributes });
}

function unknownAgent(name: string, known: readonly string[]): UserError {
  const list = known.map((other) => `'${other}'`).join(', ');
  return new UserError(`no agent is named '${name}' on this worker; it serves ${list}`);
}

function checkRequest(agent: Agent, request: RunRequest): void {
  const where = `run of agent '${agent.name}'`;
  if (agent.deps !== undefined) parseOptions(agent.deps, request.deps, `${where}: deps`);
  if (
    request.prompt === undefined &&
    agent.instructions === undefined &&
    request.instructions === undefined
  ) {
    throw new UserError(`${where}: no message history, user prompt, or instructions provided`);
  }
}

function toManifest(
  agent: Agent,
  request: RunRequest,
  { model, searchAttributes }: { model: string; searchAttributes: boolean },
): AgentManifest {
  return {
    model,
    usageLimits: { requestLimit: DEFAULT_REQUEST_LIMIT, ...agent.usageLimits, ...request.usageLimits },
    output: agent.output === undefined ? 'text' : 'tool',
    outputRetries: agent.retries.output,
    toolRetries: agent.retries.tools,
    modelCall: { timeout: agent.modelTimeout, maximumAttempts: agent.modelMaximumAttempts },
    tools: Object.fromEntries(agent.tools.map((tool) => [tool.name, toToolManifest(agent, tool)])),
    heartbeatTimeout: agent.heartbeatTimeout,
    searchAttributes,
    summaries: agent.summaries,
  };
}

function toToolManifest(agent: Agent, { retries, timeout, maximumAttempts }: Tool): ToolManifest {
  return { retries: retries ?? agent.retries.tools, timeout, maximumAttempts };
}
