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
import type { AgentManifest, RequestBounds } from './manifest';
import type { ModelSettings } from './model-settings';
import type { MessageDescriptor, TranscriptAddress, TranscriptDelta } from './transcript';
import type { Usage, UsageLimits } from './usage';

export type {
  AdoptionInput,
  CompactionInput,
  CompactionResult,
  LoadedTranscript,
  TranscriptPart,
  TranscriptQueryAnswer,
  TranscriptQueryInput,
  TranscriptReached,
  TranscriptSegment,
} from './transcript-wire';

export type {
  AgentManifest,
  CallPolicy,
  EndStrategy,
  FirstRequest,
  OnLimit,
  RequestBounds,
  RollOverThreshold,
  StartPlan,
  ToolManifest,
} from './manifest';

/*
 * What crosses between client, workflow and activity, and therefore stands in recorded histories. Renaming a field here
 * breaks running workflows: add optional fields, never change the meaning of one.
 */

/** Dots keep these apart from tools, whose activity type is the tool's name. */
export const RESOLVE_AGENT_ACTIVITY = 'agent.resolve';
export const MODEL_REQUEST_ACTIVITY = 'model.request';
export const LOAD_TRANSCRIPT_ACTIVITY = 'transcript.load';
export const COMPACT_TRANSCRIPT_ACTIVITY = 'transcript.compact';
export const ADOPT_TRANSCRIPT_ACTIVITY = 'transcript.adopt';
export const TRANSCRIPT_QUERY = 'transcript';

/** The memo field that tells two questions under one run id apart. */
export const REQUEST_DIGEST_MEMO = 'requestDigest';

/** The memo field in which a client says what it knows of the run's {@link FirstRequest}. */
export const FIRST_REQUEST_MEMO = 'firstRequest';

/** The sink by which a run tells its worker what it was asked, before it has an activity scheduled; costs no event. */
export const RUN_SINK = 'perdure';

/** The worker that carries out a run's first workflow task is most likely the one that asks the model. */
export type RunSinks = Record<typeof RUN_SINK, Record<'asked', (request: RunRequest) => void>>;

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
  readonly messageHistory?: EarlierMessages;
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

/** Messages too many to go in full: the base64 of their gzipped JSON, or of its parts in order. */
export interface PackedMessages {
  readonly gzip: string | readonly string[];
}

/** Messages that somebody else holds one by one. */
export type EarlierMessages = readonly ModelMessage[] | PackedMessages;

export function toRunRequest(input: RunInput): RunRequest {
  if (typeof input === 'string' || Array.isArray(input)) return { prompt: input };
  return input as RunRequest; // `Array.isArray` does not narrow a readonly array away
}

/** The messages that a run's input stands for. */
export function toFirstMessage({ prompt }: RunRequest): ModelMessage {
  return { kind: 'request', parts: prompt === undefined ? [] : [{ kind: 'user-prompt', content: prompt }] };
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
  readonly turn?: TurnReference;
  /** The request begins its run, and was scheduled like this: it has the agent resolved, and leads to a {@link BegunRun}. */
  readonly begin?: RequestBounds;
}

/** The second argument of the activity that resolves an agent, for a turn of a conversation. */
export interface ResolveContext {
  readonly turn?: TurnReference;
  /** What all turns together may cost. */
  readonly costLimit?: number | null;
}

/** The turn of a conversation that an activity works for. */
export interface TurnReference {
  readonly id: string;
  /** Absent: the agent that the workflow's type names. */
  readonly agent?: string;
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

/** What became of a run that was to begin with its first model request. */
export interface BegunRun {
  /** Absent: the agent is still to be resolved. */
  readonly manifest?: AgentManifest;
  /** Absent: the model was not asked, because that is not the run's first step, or not as it was scheduled. */
  readonly answer?: ModelRequestResult;
}

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
  readonly turn?: TurnReference;
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

/** What a run's workflow returns. */
export interface RunOutcome {
  readonly output: JsonValue;
  readonly usage: Usage;
  readonly finishReason?: FinishReason;
  /** Of a turn: what all turns have spent, this one included. */
  readonly conversationUsage?: Usage;
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
