import { isJsonObject, jsonBytes, type JsonObject, type JsonValue, toOneLine } from '../common/json';
import type { ToolCallPart } from '../common/messages';
import {
  MAX_INLINE_ARGUMENTS_BYTES,
  MAX_INLINE_ARGUMENTS_PER_STEP_BYTES,
  MAX_SUMMARY_LENGTH,
} from '../common/size-limits';
import { toRecordedUsage } from '../common/usage';
import type { ToolCallContext } from '../common/wire';
import { addressOf, type JudgedCall, type RunState } from './loop';

/** What one tool activity is given, and what the operator reads beside it. */
export interface ToolInput {
  readonly position: number;
  readonly call: ToolCallPart;
  readonly args: JsonValue;
  readonly context: ToolCallContext;
  readonly summary: string;
}

const ARGUMENTS_BY_REFERENCE = '(large arguments: see the response that made the call)';

/** Arguments stand in the activity's input for people to read, as long as they and their sum stay small. */
export function toToolInputs(state: RunState, calls: readonly JudgedCall[]): ToolInput[] {
  let room = MAX_INLINE_ARGUMENTS_PER_STEP_BYTES;
  return calls.map(({ position, call }) => {
    const args = toReadableArguments(call);
    const bytes = jsonBytes(args);
    const inline = bytes <= MAX_INLINE_ARGUMENTS_BYTES && bytes <= room;
    if (inline) room -= bytes;
    return {
      position,
      call,
      args: inline ? args : ARGUMENTS_BY_REFERENCE,
      context: toContext(state, call, inline),
      summary: state.manifest.summaries ? summarize(args) : '',
    };
  });
}

function toContext(
  state: RunState,
  { toolName, toolCallId }: ToolCallPart,
  inline: boolean,
): ToolCallContext {
  const retry = state.retries.tools.get(toolName);
  return {
    toolCallId,
    step: state.step,
    usage: toRecordedUsage(state.usage),
    transcript: addressOf(state.transcript),
    ...(retry === undefined ? {} : { retry }),
    ...(inline ? {} : { argumentsByReference: true }),
    ...(state.turn === undefined ? {} : { turn: state.turn.reference }),
  };
}

function toReadableArguments({ args }: ToolCallPart): ToolCallPart['args'] {
  if (typeof args !== 'string') return args;
  try {
    const parsed = JSON.parse(args) as JsonValue; // what JSON.parse returns is JSON
    return isJsonObject(parsed) ? parsed : args;
  } catch {
    return args; // not JSON: the tool's validation says so, to the model
  }
}

/** `order: 42, express: true`: without the quotes and braces that leave less room for what is said. */
function summarize(args: ToolCallPart['args']): string {
  return toOneLine(typeof args === 'string' ? args : toText(args), MAX_SUMMARY_LENGTH);
}

function toText(args: JsonObject): string {
  const said = Object.entries(args).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return said.join(', ');
}
