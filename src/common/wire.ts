import type { JsonObject, JsonValue } from './json';
import type { ModelMessage, ModelResponse, RequestPart, UserPrompt, ValidationIssue } from './messages';
import type { ModelSettings } from './model-settings';
import type { MessageDescriptor, TranscriptAddress, TranscriptDelta } from './transcript';
import type { Usage, UsageLimits } from './usage';

/*
 * What crosses between client, workflow and activity, and therefore stands in recorded histories. Renaming a field here
 * breaks running workflows: add optional fields, never change the meaning of one.
 */

/** Dots keep these apart from tools, whose activity type is the tool's name. */
export const RESOLVE_AGENT_ACTIVITY = 'agent.resolve';
export const MODEL_REQUEST_ACTIVITY = 'model.request';
export const TRANSCRIPT_QUERY = 'transcript';

/** The memo field that tells two questions under one run id apart. */
export const REQUEST_DIGEST_MEMO = 'requestDigest';

/** The task queue of workers and clients that name none. */
export const DEFAULT_TASK_QUEUE = 'agents';

/** The first and only argument of a run's workflow; a bare text is a prompt. */
export type RunInput = UserPrompt | RunRequest;

/** What a run was asked to do. Plain data, so schedules, the CLI and other SDKs can start runs too. */
export interface RunRequest {
  readonly prompt?: UserPrompt;
  readonly deps?: JsonValue;
  readonly model?: string;
  readonly modelSettings?: ModelSettings;
  readonly usageLimits?: UsageLimits;
  readonly usage?: Partial<Usage>;
  readonly instructions?: string;
  readonly metadata?: JsonObject;
}

export function toRunRequest(input: RunInput): RunRequest {
  if (typeof input === 'string' || Array.isArray(input)) return { prompt: input };
  return input as RunRequest; // `Array.isArray` does not narrow a readonly array away
}

/** The messages that a run's input stands for. */
export function toFirstMessage({ prompt }: RunRequest): ModelMessage {
  return { kind: 'request', parts: prompt === undefined ? [] : [{ kind: 'user-prompt', content: prompt }] };
}

/** Bounds of one activity. */
export interface CallPolicy {
  /** One attempt, in milliseconds. */
  readonly timeout: number;
  readonly maximumAttempts: number;
}

export interface ToolManifest extends CallPolicy {
  /** Retries that the model has; N retries are N + 1 attempts. */
  readonly retries: number;
}

/**
 * An agent as one run sees it, resolved on the worker when the run starts and recorded, so that a deploy in mid-run
 * changes nothing that was decided.
 */
export interface AgentManifest {
  readonly model: string;
  readonly usageLimits: UsageLimits;
  readonly output: 'text' | 'tool';
  readonly outputRetries: number;
  /** For names that the model invents; each tool has its own. */
  readonly toolRetries: number;
  readonly modelCall: CallPolicy;
  readonly tools: Readonly<Record<string, ToolManifest>>;
  /** In milliseconds. */
  readonly heartbeatTimeout: number;
  /** Whether the namespace has the agent search attributes. */
  readonly searchAttributes: boolean;
  /** First line of the prompt may be shown in the UI. */
  readonly summaries: boolean;
}

export interface ModelRequestInput {
  readonly transcript: TranscriptDelta;
}

/** What zod said on the worker about a tool call, other than that it is a valid call of a function tool. */
export type CallVerdict =
  /** What the model is told. */
  | { readonly unknownTool: string }
  | { readonly invalid: readonly ValidationIssue[] }
  | { readonly output: OutputVerdict };

/**
 * What zod said about a final answer. A value that equals what the model wrote is not recorded a second time: it is the
 * text, the text as JSON, or the `response` in that JSON.
 */
export type OutputVerdict =
  | { readonly as: 'text' | 'json' | 'wrapped' }
  | { readonly value: JsonValue }
  | { readonly invalid: readonly ValidationIssue[] };

export interface ModelRequestResult {
  /** Drawn anew for each attempt; see {@link MessageDescriptor}. */
  readonly id: string;
  readonly response: ModelResponse;
  /** By position among the tool calls; `null` for a valid call of a function tool. Absent when all are. */
  readonly calls?: readonly (CallVerdict | null)[];
  readonly text?: OutputVerdict;
}

/** The second argument of a tool's activity; the first one is the tool's arguments, as people want to read them. */
export interface ToolCallContext {
  readonly toolCallId: string;
  readonly step: number;
  /** How often the model was already asked to retry this tool. Absent: 0. */
  readonly retry?: number;
  /** Spent before this step's tools; a counter that is not given is 0. */
  readonly usage: Partial<Usage>;
  /** The transcript that ends with the response that holds the call. */
  readonly transcript: TranscriptAddress;
  /** The arguments are too large to be recorded twice: they are in the transcript. */
  readonly argumentsByReference?: true;
}

/** What a tool call led to. Without `retry` and `failed`, `content` is what the tool returned. */
export interface ToolCallResult {
  readonly id: string;
  readonly content?: JsonValue;
  readonly retry?: string;
  readonly failed?: string;
}

export interface TranscriptQueryInput {
  readonly have: TranscriptAddress;
  readonly want: TranscriptAddress;
  /** Of the text, in characters. */
  readonly offset: number;
}

/** A page of the JSON text of {@link TranscriptSegment}, or what the run has instead of what was wanted. */
export type TranscriptQueryAnswer =
  { readonly text: string; readonly total: number } | { readonly current: TranscriptAddress };

export interface TranscriptSegment {
  /** How many messages of what the asker has are kept. */
  readonly from: number;
  readonly messages: readonly ModelMessage[];
  /** The version after each of the messages. */
  readonly versions: readonly string[];
  readonly request: RunRequest;
}

/** What a run's workflow returns. */
export interface RunOutcome {
  readonly output: JsonValue;
  readonly usage: Usage;
  /** What the run added to its transcript after its last model request. */
  readonly tail: readonly MessageDescriptor[];
}

/** The detail of the failure that ends a run. */
export interface RunFailureDetail {
  readonly usage: Usage;
  /** As in {@link RunOutcome}; absent when it is too large for a failure. Then what the activities returned is known. */
  readonly tail?: readonly MessageDescriptor[];
  readonly fields: JsonObject;
  /** The response that broke a limit. */
  readonly discardedResponse?: string;
}

/** The part that a tool's result becomes in the transcript. */
export function toToolPart(
  call: { toolName: string; toolCallId: string },
  result: ToolCallResult,
): RequestPart {
  const { toolName, toolCallId } = call;
  if (result.retry !== undefined) {
    return { kind: 'retry-prompt', content: result.retry, toolName, toolCallId };
  }
  const failed = result.failed !== undefined;
  return {
    kind: 'tool-return',
    toolName,
    toolCallId,
    content: failed ? result.failed : (result.content ?? null),
    outcome: failed ? 'failed' : 'success',
  };
}
