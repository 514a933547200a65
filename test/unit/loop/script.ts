import type { JsonObject, JsonValue } from '../../../src/common/json';
import type { ExceededLimit } from '../../../src/common/limit-checks';
import type { FinishReason, ResponsePart, UserPrompt } from '../../../src/common/messages';
import type { Usage, UsageLimits, ResponseUsage } from '../../../src/common/usage';
import type {
  CallVerdict,
  EndStrategy,
  OnLimit,
  OutputVerdict,
  ToolCallResult,
} from '../../../src/common/wire';
import type { RunFailure } from '../../../src/workflows/loop';

/* A script for the pure core: what the model answers, with the worker's verdicts, and what each tool does. */

/** One part of a scripted response, and what the worker's validation says about it. */
export interface ScriptedPart {
  readonly part: ResponsePart;
  /** Of a call; numbered when it is absent. */
  readonly id?: string;
  readonly call?: CallVerdict;
  readonly text?: OutputVerdict;
}

/** A text that is the answer. */
export function text(content: string): ScriptedPart {
  return { part: { kind: 'text', content }, text: { as: 'text' } };
}

/** A text where only a tool call can be the answer. */
export function chatter(content: string): ScriptedPart {
  return { part: { kind: 'text', content } };
}

/** A text that is the structured answer, as JSON. */
export function jsonText(value: JsonValue): ScriptedPart {
  return { part: { kind: 'text', content: JSON.stringify(value) }, text: { as: 'json' } };
}

/** A text that the output schema refuses. */
export function invalidText(content: string, complaint: string): ScriptedPart {
  return { part: { kind: 'text', content }, text: { invalid: [{ path: '', message: complaint }] } };
}

export function thinking(content: string): ScriptedPart {
  return { part: { kind: 'thinking', content } };
}

type Arguments = string | JsonObject;

function toolCall(toolName: string, args: Arguments, verdict?: CallVerdict): ScriptedPart {
  const part = { kind: 'tool-call', toolName, args, toolCallId: '' } as const;
  return verdict === undefined ? { part } : { part, call: verdict };
}

/** A valid call of a function tool. */
export function call(toolName: string, args: Arguments = '{}'): ScriptedPart {
  return toolCall(toolName, args);
}

/** A call of a function tool with arguments that its schema refuses. */
export function invalidCall(toolName: string, complaint = 'is wrong', args: Arguments = '{}'): ScriptedPart {
  return toolCall(toolName, args, { invalid: [{ path: 'a', message: complaint }] });
}

/** A call of a tool that the agent does not have. */
export function unknownCall(toolName: string, args: Arguments = '{}'): ScriptedPart {
  return toolCall(toolName, args, { unknownTool: unknownTool(toolName) });
}

export const unknownTool = (toolName: string): string =>
  `Unknown tool name: '${toolName}'. No tools available.`;

const OUTPUT_TOOL = 'final_result';

/** A valid call of the output tool. */
export function output(value: JsonObject): ScriptedPart {
  return toolCall(OUTPUT_TOOL, JSON.stringify(value), { output: { as: 'json' } });
}

/** A valid call of the output tool, for an answer that is no object. */
export function wrappedOutput(
  value: JsonValue,
  args: Arguments = JSON.stringify({ response: value }),
): ScriptedPart {
  return toolCall(OUTPUT_TOOL, args, { output: { as: 'wrapped' } });
}

/** A valid call of the output tool with a schema that changes what was written. */
export function transformedOutput(written: JsonObject, value: JsonValue): ScriptedPart {
  return toolCall(OUTPUT_TOOL, JSON.stringify(written), { output: { value } });
}

/** A call of the output tool that the output schema refuses. */
export function invalidOutput(complaint = 'is wrong', args: Arguments = '{}'): ScriptedPart {
  return toolCall(OUTPUT_TOOL, args, { output: { invalid: [{ path: 'a', message: complaint }] } });
}

/** The same call with the id that the provider chose. */
export function withId(id: string, scripted: ScriptedPart): ScriptedPart {
  return { ...scripted, id };
}

/** One answer of the scripted model. */
export class ScriptedResponse {
  constructor(
    readonly parts: readonly ScriptedPart[],
    readonly usage: ResponseUsage = {},
    readonly finishReason?: FinishReason,
  ) {}

  spending(usage: ResponseUsage): ScriptedResponse {
    return new ScriptedResponse(this.parts, usage, this.finishReason);
  }

  finishing(finishReason: FinishReason): ScriptedResponse {
    return new ScriptedResponse(this.parts, this.usage, finishReason);
  }
}

export function says(...parts: readonly ScriptedPart[]): ScriptedResponse {
  return new ScriptedResponse(parts);
}

/** A model request that fails for good. */
export function unreachable(message: string): RunFailure {
  return { type: 'ModelRequestError', message, fields: {} };
}

/** A model request that is not sent, because the provider counted it first. */
export function exceeds(limit: string, value: number): ExceededLimit {
  return { limit, value, message: `The next request would exceed the ${limit}` };
}

/** What a tool does with one call. */
export type ScriptedOutcome = Omit<ToolCallResult, 'id'> | RunFailure | { readonly reported: string };

export function returns(content: JsonValue): ScriptedOutcome {
  return { content };
}

/** Throws `ModelRetry`. */
export function asksAgain(message: string): ScriptedOutcome {
  return { retry: message };
}

/** Throws `ToolFailed`. */
export function fails(message: string): ScriptedOutcome {
  return { failed: message };
}

/** Returns a `ToolReturn` with content for the model to read. */
export function returnsWith(content: JsonValue, userContent: UserPrompt): ScriptedOutcome {
  return { content, userContent };
}

/** Throws anything else, on each attempt, and is declared with `onError: 'report'`. */
export function isReported(message: string): ScriptedOutcome {
  return { reported: message };
}

/** Throws anything else, on each attempt. */
export function breaks(message: string): ScriptedOutcome {
  return { type: 'ToolExecutionError', message, fields: {} };
}

export interface Script {
  /** @default a text agent whose tools are those of the script, with one retry for everything */
  readonly agent?: ScriptedAgent;
  /** `null` for none. */
  readonly prompt?: UserPrompt | null;
  /** Messages of earlier runs, and what the worker made of them. */
  readonly history?: ScriptedHistory;
  /** Starting usage. */
  readonly usage?: Partial<Usage>;
  /** By name: what the tool does with each call, or with all of them. */
  readonly tools?: Readonly<Record<string, ScriptedOutcome | readonly ScriptedOutcome[]>>;
  readonly model: readonly ScriptedAnswer[];
}

export type ScriptedAnswer = ScriptedResponse | RunFailure | ExceededLimit;

/** How many messages there are, and how they are gone on from. */
export interface ScriptedHistory {
  readonly length: number;
  readonly start: 'ask' | 'resend' | { readonly decide: ScriptedResponse };
}

export interface ScriptedAgent {
  readonly output?: 'text' | 'tool';
  readonly endStrategy?: EndStrategy;
  readonly onLimit?: OnLimit;
  readonly limits?: UsageLimits;
  readonly outputRetries?: number;
  /** For names that the model invents, and for tools that have no number of their own. */
  readonly toolRetries?: number;
  /** By tool. */
  readonly retries?: Readonly<Record<string, number>>;
}
