import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { jsonBytes } from '../common/json';
import type { Model } from '../common/model';
import { parseOptions } from '../common/options';
import { assertPackedMessages, historyOf } from '../common/packed-messages';
import { fittingSize, type PayloadRoom } from '../common/payload-size';
import { assertRequestFits, runRequestSchema } from '../common/run-request';
import { MAX_PAYLOAD_BYTES } from '../common/size-limits';
import { estimateTokens } from '../common/token-estimate';
import type { Tool } from '../common/tool';
import type { AgentManifest, ResolveContext, RunRequest, StartPlan, ToolManifest } from '../common/wire';
import { compactionBudgetOf } from './context-window';
import { type CurrentRun, currentRun } from './current-run';
import { depsOf } from './deps';
import { choicesOf } from './offer';
import { planStart } from './plan-start';
import { usageLimitsOf } from './run-context';
import type { Services } from './services';

/** Resolves the agent of a new run, checks what the run was asked, and remembers it for the activities to come. */
export async function resolveAgent(
  services: Services,
  input: unknown,
  { turn, costLimit }: ResolveContext = {},
): Promise<AgentManifest> {
  const { registry, cache, searchAttributes, room } = services;
  const run = currentRun(turn);
  const agent = registry.agent(run.agent);
  if (agent === undefined) throw unknownAgent(run.agent, registry.agentNames);
  const where = `run of agent '${agent.name}'`;
  const request = parseOptions<typeof runRequestSchema>(runRequestSchema, input, where);
  assertRequestFits(request, room);
  assertPackedMessages(request, where);
  const model = registry.modelOf(agent, request.model);
  await checkRequest(services, { agent, model, request });
  if (typeof costLimit === 'number') assertPriced(services, { agent, model });
  cache.keepRequest(run.key, { request, turn: run.turn }, jsonBytes(request));
  const start = await startOf({ run, agent, model, request, room });
  const compactAbove = compactionBudgetOf(agent, model)?.above;
  const manifest = toManifest(agent, request, {
    model: model.name,
    start,
    compactAbove,
    searchAttributes: await searchAttributes.registered(),
    room: room.bytes,
  });
  fittingSize(manifest, 'the manifest of the run', room);
  return manifest;
}

function unknownAgent(name: string, known: readonly string[]): UserError {
  const list = known.map((other) => `'${other}'`).join(', ');
  return new UserError(`no agent is named '${name}' on this worker; it serves ${list}`);
}

interface Resolved {
  readonly agent: Agent;
  readonly model: Model;
  readonly request: RunRequest;
}

async function checkRequest(services: Services, { agent, model, request }: Resolved): Promise<void> {
  const where = `run of agent '${agent.name}'`;
  const { costLimit, countTokensBeforeRequest } = usageLimitsOf(agent, request);
  await depsOf(agent, request);
  assertOutputType(agent, request.outputType);
  if (typeof costLimit === 'number') assertPriced(services, { agent, model });
  if (countTokensBeforeRequest === true && model.countTokens === undefined) {
    throw new UserError(
      `${where}: usageLimits.countTokensBeforeRequest: model '${model.name}' cannot count tokens before a request`,
    );
  }
}

function assertPriced({ prices }: Services, { agent, model }: Pick<Resolved, 'agent' | 'model'>): void {
  if (prices.knows(model)) return;
  throw new UserError(
    `run of agent '${agent.name}': usageLimits.costLimit: no price is known for model '${model.name}'; give one to the worker: prices`,
  );
}

function assertOutputType({ name, output }: Agent, outputType: string | undefined): void {
  if (outputType === undefined || output.names.includes(outputType)) return;
  const names = output.names.map((known) => `'${known}'`).join(', ');
  throw new UserError(
    `run of agent '${name}': outputType: unknown output '${outputType}'; the agent has ${names === '' ? 'none by name' : names}`,
  );
}

async function startOf({
  run,
  agent,
  model,
  request,
  room,
}: Resolved & { run: CurrentRun; room: PayloadRoom }): Promise<StartPlan | undefined> {
  const history = historyOf(request);
  const instructed = agent.instructions.length > 0 || (request.instructions ?? '') !== '';
  if (history.length === 0) {
    if (request.prompt !== undefined || instructed) return undefined;
    throw new UserError(
      `run of agent '${agent.name}': no message history, user prompt, or instructions provided`,
    );
  }
  const plan = await planStart({ run, agent, model, request, history, instructed, room });
  if (agent.compaction === undefined) return plan;
  return { ...plan, tokens: history.reduce((sum, message) => sum + estimateTokens(message), 0) };
}

function toManifest(
  agent: Agent,
  request: RunRequest,
  {
    model,
    start,
    searchAttributes,
    compactAbove,
    room,
  }: {
    model: string;
    start: StartPlan | undefined;
    searchAttributes: boolean;
    compactAbove: number | undefined;
    room: number;
  },
): AgentManifest {
  const usageLimits = usageLimitsOf(agent, request);
  const toolRetries = request.retries?.tools ?? agent.retries.tools;
  return {
    model,
    ...(start === undefined ? {} : { start }),
    usageLimits,
    ...toEndManifest(agent, request),
    outputRetries: request.retries?.output ?? agent.retries.output,
    toolRetries,
    modelCall: { timeout: agent.modelTimeout, maximumAttempts: agent.modelMaximumAttempts },
    tools: Object.fromEntries(agent.tools.map((tool) => [tool.name, toToolManifest(tool, toolRetries)])),
    heartbeatTimeout: agent.heartbeatTimeout,
    ...(compactAbove === undefined ? {} : { compactAbove }),
    ...(agent.rollOver === undefined ? {} : { rollOver: agent.rollOver }),
    ...(room === MAX_PAYLOAD_BYTES ? {} : { room }),
    ...(needsUsage(agent) || usageLimits.countTokensBeforeRequest === true ? { needsUsage: true } : {}),
    searchAttributes,
    summaries: agent.summaries,
  };
}

/** How a run ends; what is usual is not recorded. */
function toEndManifest(
  { output, endStrategy, onLimit }: Agent,
  { outputType }: RunRequest,
): Pick<AgentManifest, 'outputTools' | 'endStrategy' | 'onLimit'> {
  const outputTools = output.mode === 'tool' && choicesOf(output, outputType).length > 0;
  return {
    ...(outputTools ? { outputTools } : {}),
    ...(endStrategy === 'graceful' ? {} : { endStrategy }),
    ...(onLimit === 'fail' ? {} : { onLimit }),
  };
}

/** Whether some function of the agent is told the usage. */
function needsUsage(agent: Agent): boolean {
  return (
    agent.instructions.some((instructions) => typeof instructions === 'function') ||
    agent.outputValidators.length > 0 ||
    agent.historyProcessors.length > 0 ||
    agent.output.textFunction !== undefined ||
    agent.tools.some(({ prepare }) => prepare !== undefined)
  );
}

function toToolManifest(tool: Tool, retries: number): ToolManifest {
  const { timeout, maximumAttempts, sequential, onError, local } = tool;
  return {
    retries: tool.retries ?? retries,
    timeout,
    maximumAttempts,
    ...(sequential ? { sequential } : {}),
    ...(onError === 'report' ? { reportErrors: true } : {}),
    ...(local ? { local } : {}),
  };
}
