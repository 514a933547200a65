import type { Agent } from '../common/agent';
import type { JsonObject } from '../common/json';
import type { ModelRequestParameters, OutputSchema, ToolDescription } from '../common/model';
import { type AgentOutput, OUTPUT_TOOL_NAME, type OutputChoice } from '../common/output';
import type { RunContext } from '../common/run-context';
import type { Tool } from '../common/tool';
import type { RunRequest } from '../common/wire';
import { runHook } from './run-hook';

/** What a model may answer a request with. */
export interface Offer {
  /** The function tools that are not hidden, as they are described in this request. */
  readonly tools: readonly OfferedTool[];
  /** The kinds of structured answer that this run accepts. */
  readonly choices: readonly OutputChoice[];
  /** Whether plain text is an answer. */
  readonly allowText: boolean;
}

export interface OfferedTool {
  readonly tool: Tool;
  readonly description: ToolDescription;
}

export async function toOffer(agent: Agent, request: RunRequest, context: RunContext): Promise<Offer> {
  const { output } = agent;
  const { outputType } = request;
  const prepared = await Promise.all(agent.tools.map((tool) => prepareTool(tool, context)));
  return {
    tools: prepared.filter((tool) => tool !== undefined),
    choices: choicesOf(output, outputType),
    allowText:
      output.allowText &&
      (outputType === undefined || output.choices.every(({ name }) => name !== outputType)),
  };
}

/** The kinds of structured answer of a run that may have chosen one of them. */
export function choicesOf({ choices }: AgentOutput, outputType: string | undefined): readonly OutputChoice[] {
  return choices.filter(({ name }) => outputType === undefined || name === outputType);
}

async function prepareTool(tool: Tool, context: RunContext): Promise<OfferedTool | undefined> {
  const { name, parameters } = tool;
  const description: ToolDescription = { name, description: tool.description, parameters };
  if (tool.prepare === undefined) return { tool, description };
  const { prepare } = tool;
  // `deps` were validated by the agent's schema, which the tool's type was checked against
  const changed = await runHook(`prepare of tool '${name}'`, () =>
    prepare(context as RunContext<never>, description),
  );
  return changed === undefined ? undefined : { tool, description: { ...changed, name } };
}

/** Function tools are not offered when the model is asked for its final answer. */
export function toToolParameters(
  { output, builtinTools }: Agent,
  offer: Offer,
  final: boolean,
): Pick<
  ModelRequestParameters,
  'tools' | 'outputTools' | 'outputSchema' | 'builtinTools' | 'allowTextOutput'
> {
  const byTool = output.mode === 'tool';
  return {
    tools: final ? [] : offer.tools.map(({ description }) => description),
    outputTools: byTool ? offer.choices.map(toOutputTool) : [],
    ...(output.mode === 'native' ? { outputSchema: toNativeSchema(offer.choices) } : {}),
    builtinTools: final ? [] : builtinTools,
    allowTextOutput: !byTool || offer.allowText,
  };
}

/** Several kinds of answer travel as one object that says which it is. */
export function toNativeSchema(choices: readonly OutputChoice[]): OutputSchema {
  const [only] = choices;
  if (only !== undefined && choices.length === 1) {
    return { name: only.toolName, description: only.description, schema: only.parameters };
  }
  return { name: OUTPUT_TOOL_NAME, schema: toUnionSchema(choices) };
}

function toUnionSchema(choices: readonly OutputChoice[]): JsonObject {
  const anyOf = choices.map(({ name, description, parameters }) => ({
    type: 'object',
    description,
    properties: { kind: { type: 'string', const: name }, data: parameters },
    required: ['kind', 'data'],
    additionalProperties: false,
  }));
  return {
    type: 'object',
    properties: { result: { anyOf } },
    required: ['result'],
    additionalProperties: false,
  };
}

function toOutputTool({ toolName, description, parameters }: OutputChoice): ToolDescription {
  return { name: toolName, description, parameters };
}
