import { type Agent, type AgentOutput, OUTPUT_TOOL_NAME } from '../common/agent';
import { HookExecutionError } from '../common/errors';
import { isJsonObject, type JsonValue } from '../common/json';
import { type ModelResponse, textOf, type ToolCallPart, toolCallsOf } from '../common/messages';
import { fittingSize } from '../common/payload-size';
import { cutText, MAX_MODEL_NAME_LENGTH } from '../common/size-limits';
import { toJsonValue } from '../common/to-json-value';
import type { CallVerdict, ModelRequestResult, OutputVerdict } from '../common/wire';
import { parseArguments } from './parse-arguments';

/** What validation says about a response; done here, so that the sandbox needs no zod. */
export async function judgeResponse(
  agent: Agent,
  response: ModelResponse,
): Promise<Pick<ModelRequestResult, 'calls' | 'text'>> {
  const calls = toolCallsOf(response);
  if (calls.length > 0) {
    const verdicts = await Promise.all(calls.map((call) => judgeCall(agent, call)));
    return verdicts.every((verdict) => verdict === null) ? {} : { calls: verdicts };
  }
  const text = textOf(response);
  const verdict = text === undefined || text === '' ? undefined : await judgeText(agent, text);
  return verdict === undefined ? {} : { text: verdict };
}

async function judgeCall(agent: Agent, call: ToolCallPart): Promise<CallVerdict | null> {
  if (agent.output !== undefined && call.toolName === OUTPUT_TOOL_NAME) {
    return { output: await judgeOutput(agent.output, call.args) };
  }
  const tool = agent.tools.find(({ name }) => name === call.toolName);
  if (tool === undefined) return { unknownTool: describeUnknown(agent, call.toolName) };
  const parsed = await validating(`input of tool '${tool.name}'`, () =>
    parseArguments(tool.input, call.args),
  );
  return parsed.valid ? null : { invalid: parsed.issues };
}

function describeUnknown({ tools, output }: Agent, name: string): string {
  const names = [
    ...tools.map((tool) => tool.name),
    ...(output === undefined ? [] : [OUTPUT_TOOL_NAME]),
  ].sort();
  const available = names.map((known) => `'${known}'`).join(', ');
  const list = names.length === 0 ? 'No tools available.' : `Available tools: ${available}`;
  return `Unknown tool name: '${cutText(name, MAX_MODEL_NAME_LENGTH)}'. ${list}`;
}

/** Text is the answer of a text agent, and of any other one when it happens to be the JSON that it asks for. */
async function judgeText({ output }: Agent, text: string): Promise<OutputVerdict | undefined> {
  if (output === undefined) return { as: 'text' };
  const verdict = await judgeOutput(output, text);
  return 'invalid' in verdict ? undefined : verdict;
}

async function judgeOutput(output: AgentOutput, written: ToolCallPart['args']): Promise<OutputVerdict> {
  const parsed = await validating('output', () => parseArguments(output.schema, written));
  if (!parsed.valid) return { invalid: parsed.issues };
  const value = await validating('output', () => toOutputValue(output, parsed.value));
  if (isAsWritten(output, { json: parsed.json, written }, value)) {
    return { as: output.wrapped ? 'wrapped' : 'json' };
  }
  fittingSize(value, 'the output');
  return { value };
}

/** What the code in a schema throws ends the run: the response was paid for, and would be again at each attempt. */
async function validating<Value>(hookName: string, validate: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await validate();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HookExecutionError(`The schema of the ${hookName} threw: ${reason}`, {
      hookName,
      cause: error,
    });
  }
}

function toOutputValue({ wrapped }: AgentOutput, parsed: unknown): JsonValue {
  const value = toJsonValue(parsed, 'output');
  return wrapped && isJsonObject(value) ? (value['response'] ?? null) : value;
}

/**
 * Whether recording the value would repeat what the response already says. What JSON writes at greater length than the
 * model did (`1e20`) is recorded on its own, so that the size of what is recorded bounds the run's result.
 */
function isAsWritten(
  { wrapped }: AgentOutput,
  { json, written }: { readonly json: JsonValue; readonly written: ToolCallPart['args'] },
  value: JsonValue,
): boolean {
  const output = JSON.stringify(value);
  if (typeof written === 'string' && output.length > Math.max(written.length, EMPTY.length)) return false;
  return output === JSON.stringify(wrapped && isJsonObject(json) ? json['response'] : json);
}

/** What nothing at all stands for. */
const EMPTY = '{}';
