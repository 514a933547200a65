import type { Agent } from '../common/agent';
import { type ModelResponse, textOf, type ToolCallPart, toolCallsOf } from '../common/messages';
import type { RunContext } from '../common/run-context';
import type { PayloadRoom } from '../common/payload-size';
import { cutText, MAX_MODEL_NAME_LENGTH } from '../common/size-limits';
import type { CallVerdict, ModelAnswer } from '../common/wire';
import { judgeOutput } from './judge-output';
import { judgeText } from './judge-text';
import type { Offer } from './offer';
import { parseArguments } from './parse-arguments';

/** What a response is judged by. */
export interface Measure {
  readonly agent: Agent;
  readonly offer: Offer;
  readonly context: RunContext;
  readonly room: PayloadRoom;
}

/** What validation says about a response; done here, so that the sandbox needs no zod. */
export async function judgeResponse(
  measure: Measure,
  response: ModelResponse,
): Promise<Pick<ModelAnswer, 'calls' | 'text'>> {
  const calls = toolCallsOf(response);
  if (calls.length > 0) {
    const verdicts = await Promise.all(calls.map((call) => judgeCall(measure, call)));
    return verdicts.every((verdict) => verdict === null) ? {} : { calls: verdicts };
  }
  const text = textOf(response);
  const verdict = text === undefined || text === '' ? undefined : await judgeText(measure, text);
  return verdict === undefined ? {} : { text: verdict };
}

async function judgeCall(measure: Measure, call: ToolCallPart): Promise<CallVerdict | null> {
  const { offer } = measure;
  const choice = outputToolsOf(measure).find(({ toolName }) => toolName === call.toolName);
  if (choice !== undefined) return { output: await judgeOutput(measure, choice, call.args) };
  const offered = offer.tools.find(({ tool }) => tool.name === call.toolName);
  if (offered === undefined) return { unknownTool: describeUnknown(measure, call.toolName) };
  const parsed = await parseArguments(offered.tool.input, call.args, `input of tool '${offered.tool.name}'`);
  return parsed.valid ? null : { invalid: parsed.issues };
}

function outputToolsOf({ agent, offer }: Measure): Offer['choices'] {
  return agent.output.mode === 'tool' ? offer.choices : [];
}

function describeUnknown(measure: Measure, name: string): string {
  const names = [
    ...measure.offer.tools.map(({ tool }) => tool.name),
    ...outputToolsOf(measure).map(({ toolName }) => toolName),
  ].sort();
  const available = names.map((known) => `'${known}'`).join(', ');
  const list = names.length === 0 ? 'No tools available.' : `Available tools: ${available}`;
  return `Unknown tool name: '${cutText(name, MAX_MODEL_NAME_LENGTH)}'. ${list}`;
}
