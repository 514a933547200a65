import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { ModelRetry, ToolFailed } from '../common/errors';
import { isJsonObject, type JsonValue } from '../common/json';
import { toolCallsOf, type ToolCallPart } from '../common/messages';
import { fittingSize } from '../common/payload-size';
import { userPromptSchema } from '../common/option-schemas';
import { parseOptions } from '../common/options';
import { isToolReturn } from '../common/tool-return';
import { toJsonValue } from '../common/to-json-value';
import type { Tool, ToolContext } from '../common/tool';
import {
  contentId,
  type ToolCallContext,
  type ToolCallResult,
  toToolContentPart,
  toToolPart,
} from '../common/wire';
import { type CurrentRun, currentRun, whileAlive } from './current-run';
import { parseArguments } from './parse-arguments';
import { drawRecordId } from './record-id';
import { type Services, servedAgent } from './services';
import { storeResult } from './store-result';
import { toToolContext } from './tool-context';
import { runSoFar } from './transcripts';
import { withinTime } from './within-time';

/** The activity that runs a tool; its type is the tool's name. */
export function callToolActivity(services: Services) {
  return (args: JsonValue, call: ToolCallContext): Promise<ToolCallResult> =>
    whileAlive(async (heartbeat) =>
      storeResult(services, await callTool(services, { args, call, heartbeat })),
    );
}

interface Invocation {
  readonly args: JsonValue;
  readonly call: ToolCallContext;
  readonly heartbeat: ToolContext['heartbeat'];
}

async function callTool(services: Services, { args, call, heartbeat }: Invocation): Promise<ToolCallResult> {
  const run = currentRun(call.turn);
  const tool = servedTool(services, run);
  const written = call.argumentsByReference === true ? await findArguments(services, run, call) : args;
  const parsed = await parseArguments(tool.input, toWritten(written), `input of tool '${tool.name}'`);
  if (!parsed.valid) {
    throw new Error(`this worker's tool '${tool.name}' refuses arguments that were accepted before`);
  }
  const end = await withinTime(tool.timeout, async (signal) => {
    const context = await toToolContext(services, { run, tool, call, heartbeat, signal });
    return execute(tool, parsed.value, context);
  });
  return keep(services, { run, tool, call }, end);
}

/** What a tool's code led to, before it gets an id. */
type ToolEnd = Omit<ToolCallResult, 'id'>;

/** Runs the tool's own code; what it has to say to the model is a value, anything else it throws is a failure. */
async function execute(tool: Tool, args: unknown, context: ToolContext): Promise<ToolEnd> {
  let returned: unknown;
  try {
    returned = await tool.execute(args, context as ToolContext<never>); // `deps` were validated by the agent's schema
  } catch (error) {
    if (error instanceof ModelRetry) return { retry: error.message };
    if (error instanceof ToolFailed) return { failed: error.message };
    throw error;
  }
  try {
    return toToolEnd(returned, `the result of tool '${tool.name}'`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw ApplicationFailure.nonRetryable(message, 'ToolResultError'); // it ran: once more would not help
  }
}

function toToolEnd(returned: unknown, field: string): ToolEnd {
  if (!isToolReturn(returned)) return { content: toJsonValue(returned, field) };
  const { value, content, metadata } = returned;
  return {
    content: toJsonValue(value, field),
    ...(content === undefined
      ? {}
      : { userContent: parseOptions(userPromptSchema, content, `${field}: content`) }),
    ...(metadata === undefined ? {} : { metadata: toJsonValue(metadata, `${field}: metadata`) }),
  };
}

function keep(
  { cache, room }: Services,
  { run, tool, call }: { run: CurrentRun; tool: Tool; call: ToolCallContext },
  end: ToolEnd,
): ToolCallResult {
  const { isLocal } = activityInfo();
  const result = { id: drawRecordId(), ...end, ...(isLocal ? { toolCallId: call.toolCallId } : {}) };
  const part = toToolPart({ toolName: tool.name, toolCallId: call.toolCallId }, result);
  const size = fittingSize(result, `the result of tool '${tool.name}'`, room);
  const content = toToolContentPart(result);
  cache.keepResult(run.key, { id: result.id, value: part }, size);
  if (content !== undefined) cache.keepResult(run.key, { id: contentId(result.id), value: content }, 0);
  return result;
}

/** A tool that the run's manifest names and this worker lacks: a deploy is under way, another worker will have it. */
function servedTool({ registry }: Services, run: CurrentRun): Tool {
  const name = activityInfo().activityType;
  const tool = servedAgent(registry, run.agent).tools.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`this worker's agent '${run.agent}' has no tool '${name}' (yet)`);
  return tool;
}

async function findArguments(
  { cache }: Services,
  run: CurrentRun,
  { transcript, toolCallId }: ToolCallContext,
): Promise<ToolCallPart['args']> {
  const { messages } = await runSoFar(cache, run, { base: transcript, append: [] });
  const response = messages.at(-1);
  const calls = response?.kind === 'response' ? toolCallsOf(response) : [];
  const call = calls.find((candidate) => candidate.toolCallId === toolCallId);
  if (call === undefined) throw new Error(`the transcript does not hold tool call '${toolCallId}'`);
  return call.args;
}

function toWritten(args: JsonValue): ToolCallPart['args'] {
  if (typeof args === 'string' || isJsonObject(args)) return args;
  return JSON.stringify(args);
}
