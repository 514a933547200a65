import type { JsonObject } from './json';
import type { ModelMessage, ModelResponse } from './messages';
import type { ModelSettings } from './model-settings';

/** A tool as a model is told of it. */
export interface ToolDescription {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema (draft 2020-12) of the arguments: always an object. */
  readonly parameters: JsonObject;
  /** Whether the provider may enforce the schema. */
  readonly strict?: boolean;
}

/** Everything of one model request besides the messages. */
export interface ModelRequestParameters {
  readonly settings: ModelSettings;
  /** Sent with this request only. */
  readonly instructions?: string;
  readonly tools: readonly ToolDescription[];
  /** Tools whose call is the final answer. */
  readonly outputTools: readonly ToolDescription[];
  /** The JSON Schema that the provider shall hold the text to. */
  readonly outputSchema?: OutputSchema;
  /** Tools that the provider runs itself, as its API describes them. */
  readonly builtinTools: readonly JsonObject[];
  /** Whether a plain text may end the run; otherwise the model must call a tool. */
  readonly allowTextOutput: boolean;
  /** Fires when the run was cancelled or the worker gives the request back. */
  readonly signal: AbortSignal;
}

/** A schema for a provider's JSON Schema mode. */
export interface OutputSchema {
  readonly name: string;
  readonly description?: string;
  readonly schema: JsonObject;
}

/**
 * A language model.
 *
 * **Contract** of `request`: one attempt, no retries of its own (Temporal retries); stops soon after `signal` fires;
 * a failure is a `ModelRequestError` that says whether trying again can help.
 */
export interface Model {
  /** As users write it and the UI shows it: `openai:gpt-5-mini`. */
  readonly name: string;
  /** Defaults that agent and run may override. */
  readonly settings?: ModelSettings;
  request(messages: readonly ModelMessage[], parameters: ModelRequestParameters): Promise<ModelResponse>;
  /** How many input tokens a request has, by the provider's own count. */
  countTokens?(messages: readonly ModelMessage[], parameters: ModelRequestParameters): Promise<number>;
}

export function isModel(value: unknown): value is Model {
  if (typeof value !== 'object' || value === null) return false;
  const { request, name } = value as Partial<Model>; // each is looked at below
  return typeof request === 'function' && typeof name === 'string';
}
