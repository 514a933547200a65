import type { JsonObject, JsonValue } from './json';
import type { ExceededLimit } from './limit-checks';
import type {
  FinishReason,
  ModelMessage,
  ModelResponse,
  RequestPart,
  UserPrompt,
  ValidationIssue,
} from './messages';
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
export const LOAD_TRANSCRIPT_ACTIVITY = 'transcript.load';
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
  /** Messages of earlier runs, in full or packed. */
  readonly messageHistory?: readonly ModelMessage[] | PackedMessages;
  /** The id of an ended run whose messages this one continues. */
  readonly continueFrom?: string;
  readonly usage?: Partial<Usage>;
  readonly instructions?: string;
  /** Groups runs that belong together. @default the run's id */
  readonly conversationId?: string;
  /** One of the outputs that the agent registered by name. */
  readonly outputType?: string;
  readonly retries?: { readonly output?: number; readonly tools?: number };
  readonly metadata?: JsonObject;
}

/** Messages too many to go in full: the base64 of their gzipped JSON. */
export interface PackedMessages {
  readonly gzip: string;
}

export function toRunRequest(input: RunInput): RunRequest {
  if (typeof input === 'string' || Array.isArray(input)) return { prompt: input };
  return input as RunRequest; // `Array.isArray` does not narrow a readonly array away
}

/** The messages that a run's input stands for. */
export function toFirstMessage({ prompt }: RunRequest): ModelMessage {
  return { kind: 'request', parts: prompt === undefined ? [] : [{ kind: 'user-prompt', content: prompt }] };
}

/** What earlier messages and the prompt mean together. */
export type StartPlan =
  /** The prompt, or a request without a user part, follows the earlier messages. */
  | { readonly kind: 'ask'; readonly history: number }
  /** The last message is a request: it is sent again. */
  | { readonly kind: 'resend'; readonly history: number }
  /** The last message is a response: it is decided upon, or its calls are carried out. */
  | { readonly kind: 'decide'; readonly history: number; readonly answer: Omit<ModelAnswer, 'id'> };

/** Bounds of one activity. */
export interface CallPolicy {
  /** One attempt, in milliseconds. */
  readonly timeout: number;
  readonly maximumAttempts: number;
}

export interface ToolManifest extends CallPolicy {
  /** Retries that the model has; N retries are N + 1 attempts. */
  readonly retries: number;
  /** Runs alone: after the calls before it, before the calls after it. */
  readonly sequential?: true;
  /** A failure that no attempt mended is told to the model instead of ending the run. */
  readonly reportErrors?: true;
  /** Runs as a local activity. */
  readonly local?: true;
}

/** What becomes of function calls beside a final answer. */
export type EndStrategy = 'early' | 'graceful' | 'exhaustive';

/** What a run does when a usage limit is reached. */
export type OnLimit = 'fail' | 'final-answer';

/**
 * An agent as one run sees it, resolved on the worker when the run starts and recorded, so that a deploy in mid-run
 * changes nothing that was decided.
 */
export interface AgentManifest {
  readonly model: string;
  /** Present when the run continues earlier messages. */
  readonly start?: StartPlan;
  readonly usageLimits: UsageLimits;
  /** Whether calling a tool is a way to give the final answer. Absent: no. */
  readonly outputTools?: boolean;
  /** Absent: `graceful`. */
  readonly endStrategy?: EndStrategy;
  /** Absent: `fail`. */
  readonly onLimit?: OnLimit;
  readonly outputRetries: number;
  /** For names that the model invents; each tool has its own. */
  readonly toolRetries: number;
  readonly modelCall: CallPolicy;
  readonly tools: Readonly<Record<string, ToolManifest>>;
  /** In milliseconds. */
  readonly heartbeatTimeout: number;
  /** The agent has functions that are told the usage, or its requests are counted before they are sent. */
  readonly needsUsage?: true;
  /** Whether the namespace has the agent search attributes. */
  readonly searchAttributes: boolean;
  /** First line of the prompt may be shown in the UI. */
  readonly summaries: boolean;
}

export interface ModelRequestInput {
  readonly transcript: TranscriptDelta;
  /** A limit was reached: no function tools are offered, and the answer ends the run. */
  readonly final?: true;
  /** The number of the request, and what was spent until now; only where the manifest says that they are needed. */
  readonly step?: number;
  readonly usage?: Usage;
  /** How often the model was already asked for another output. Absent: 0. */
  readonly retry?: number;
}

/** What zod said on the worker about a tool call, other than that it is a valid call of a function tool. */
export type CallVerdict =
  /** What the model is told. */
  | { readonly unknownTool: string }
  | { readonly invalid: string | readonly ValidationIssue[] }
  | { readonly output: OutputVerdict };

/**
 * What zod said about a final answer. A value that equals what the model wrote is not recorded a second time: it is the
 * text, the text as JSON, or the `response` in that JSON.
 */
export type OutputVerdict =
  | { readonly as: 'text' | 'json' | 'wrapped' }
  | { readonly value: JsonValue }
  | { readonly invalid: string | readonly ValidationIssue[] };

/** The answer of a model, or the limit for which it was not asked. */
export type ModelRequestResult = ModelAnswer | { readonly exceeded: ExceededLimit };

export interface ModelAnswer {
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
  /** Read by the model as if the user had said it, after the results of the step. */
  readonly userContent?: UserPrompt;
  /** Yours; never sent to the model. */
  readonly metadata?: JsonValue;
  /** Only of a local activity, whose input is not recorded. */
  readonly toolCallId?: string;
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
  /** How many messages of what the asker has are kept; 0 for none, also not those of earlier runs. */
  readonly from: number;
  /** The address after the messages of earlier runs, which `request` stands for. */
  readonly start: TranscriptAddress;
  readonly messages: readonly ModelMessage[];
  /** The version after each of the messages. */
  readonly versions: readonly string[];
  readonly request: RunRequest;
}

/** What a run's workflow returns. */
export interface RunOutcome {
  readonly output: JsonValue;
  readonly usage: Usage;
  readonly finishReason?: FinishReason;
  /** As the run was started with them. */
  readonly conversationId?: string;
  readonly metadata?: JsonObject;
  /** The limit after which the model was asked for this answer; its message. */
  readonly limitReached?: string;
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
    ...(result.metadata === undefined ? {} : { metadata: result.metadata }),
  };
}

/** The id under which a tool's user content is referred to. */
export function contentId(resultId: string): string {
  return `${resultId}/content`;
}

/** What a tool wants the model to read as if the user had said it. */
export function toToolContentPart({ userContent }: ToolCallResult): RequestPart | undefined {
  return userContent === undefined ? undefined : { kind: 'user-prompt', content: userContent };
}
