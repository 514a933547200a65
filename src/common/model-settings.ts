import type { JsonObject } from './json';

/** Settings that most providers know. Merged key by key: model < agent < run. */
export interface ModelSettings {
  /** Output tokens at most. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly stopSequences?: readonly string[];
  readonly parallelToolCalls?: boolean;
  readonly toolChoice?: 'auto' | 'required' | 'none';
  readonly reasoningEffort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  readonly reasoningSummary?: 'auto' | 'concise' | 'detailed';
  readonly serviceTier?: 'auto' | 'default' | 'flex' | 'priority';
  readonly user?: string;
  /** Other fields of the provider's request body, sent as they are; an object is merged with what is sent already. */
  readonly extraBody?: JsonObject;
  readonly extraHeaders?: Readonly<Record<string, string>>;
}
