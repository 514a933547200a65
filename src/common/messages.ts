import type { JsonObject, JsonValue } from './json';
import type { ResponseUsage } from './usage';

/** Text in a prompt that holds more than text. */
export interface TextContent {
  readonly kind: 'text';
  readonly text: string;
}

/** A file that the provider fetches itself. */
export interface UrlContent {
  readonly kind: 'image-url' | 'document-url' | 'audio-url';
  readonly url: string;
  readonly mediaType?: string;
}

/** A file sent along, base64-encoded. */
export interface BinaryContent {
  readonly kind: 'binary';
  readonly mediaType: string;
  readonly data: string;
  readonly fileName?: string;
}

export type UserContent = TextContent | UrlContent | BinaryContent;

/** What a user asks: text, or a list of content parts. */
export type UserPrompt = string | readonly UserContent[];

export interface SystemPromptPart {
  readonly kind: 'system-prompt';
  readonly content: string;
}

export interface UserPromptPart {
  readonly kind: 'user-prompt';
  readonly content: UserPrompt;
}

/** What became of a tool call, as the model is told. */
export type ToolReturnOutcome = 'success' | 'failed' | 'denied' | 'interrupted';

export interface ToolReturnPart {
  readonly kind: 'tool-return';
  readonly toolName: string;
  readonly toolCallId: string;
  readonly content: JsonValue;
  readonly outcome: ToolReturnOutcome;
  /** For the application; never sent to the model. */
  readonly metadata?: JsonValue;
}

/** One complaint about a value: where it stands (`order.items.0`) and what is wrong with it. */
export interface ValidationIssue {
  readonly path: string;
  readonly message: string;
}

/** Asks the model to try again. Without a tool name it answers the model's text. */
export interface RetryPromptPart {
  readonly kind: 'retry-prompt';
  readonly content: string | readonly ValidationIssue[];
  readonly toolName?: string;
  readonly toolCallId?: string;
}

export type RequestPart = SystemPromptPart | UserPromptPart | ToolReturnPart | RetryPromptPart;

/** What was sent to the model in one step. Instructions are not part of it: they are made anew for each request. */
export interface ModelRequest {
  readonly kind: 'request';
  readonly parts: readonly RequestPart[];
  /** A compaction took it, or a part of it, from what the model reads. */
  readonly compacted?: true;
}

/** Names the provider's own id of a part, which some APIs want back unchanged. */
interface ProviderPart {
  readonly id?: string;
  readonly providerDetails?: JsonObject;
}

export interface TextPart extends ProviderPart {
  readonly kind: 'text';
  readonly content: string;
}

/** Reasoning that the provider shows or, encrypted, wants back as `signature`. */
export interface ThinkingPart extends ProviderPart {
  readonly kind: 'thinking';
  readonly content: string;
  readonly signature?: string;
}

export interface ToolCallPart extends ProviderPart {
  readonly kind: 'tool-call';
  readonly toolName: string;
  /** Verbatim as the model wrote them: usually a JSON text, possibly an invalid one. */
  readonly args: string | JsonObject;
  readonly toolCallId: string;
}

/** Something that the provider sent and this library does not interpret; kept, and sent back to the same provider. */
export interface ProviderItemPart extends ProviderPart {
  readonly kind: 'provider-item';
  readonly providerName: string;
  readonly item: JsonObject;
}

export type ResponsePart = TextPart | ThinkingPart | ToolCallPart | ProviderItemPart;

/** Why the model stopped, in one vocabulary for all providers. */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_call' | 'error';

/** What a model answered in one step. */
export interface ModelResponse {
  readonly kind: 'response';
  readonly parts: readonly ResponsePart[];
  /** Counted for this response alone. */
  readonly usage: ResponseUsage;
  /** The model that answered, as the provider names it: `gpt-5-mini-2025-08-07`. */
  readonly modelName?: string;
  readonly providerName?: string;
  readonly providerResponseId?: string;
  readonly finishReason?: FinishReason;
  /** The run ended before the calls of this response were answered. */
  readonly state?: 'interrupted';
  /** A compaction took it, or a part of it, from what the model reads. */
  readonly compacted?: true;
  /** ISO 8601, by the clock of the worker that received it. */
  readonly timestamp?: string;
  readonly providerDetails?: JsonObject;
}

export type ModelMessage = ModelRequest | ModelResponse;

export function toolCallsOf(response: ModelResponse): readonly ToolCallPart[] {
  return response.parts.filter((part) => part.kind === 'tool-call');
}

/** The text of a response, its parts concatenated; `undefined` when it holds none. */
export function textOf(response: ModelResponse): string | undefined {
  const parts = response.parts.filter((part) => part.kind === 'text');
  return parts.length === 0 ? undefined : parts.map((part) => part.content).join('');
}
