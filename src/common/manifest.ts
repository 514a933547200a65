import type { UsageLimits } from './usage';
import type { ModelAnswer } from './wire';

/** What earlier messages and the prompt mean together. */
export type StartPlan = EarlierPart &
  (
    | /** The prompt, or a request without a user part, follows the earlier messages. */
      { readonly kind: 'ask' }
      /** The last message is a request: it is sent again. */
    | { readonly kind: 'resend' }
    /** The last message is a response: it is decided upon, or its calls are carried out. */
    | { readonly kind: 'decide'; readonly answer: Omit<ModelAnswer, 'id'> }
  );

/** What a run continues. */
interface EarlierPart {
  /** In messages. */
  readonly history: number;
  /** In tokens, as estimated. Absent: 0. */
  readonly tokens?: number;
}

/** Bounds of one activity. */
export interface CallPolicy {
  /** One attempt, in milliseconds. */
  readonly timeout: number;
  readonly maximumAttempts: number;
}

/** How a model request is scheduled. */
export interface RequestBounds extends CallPolicy {
  /** In milliseconds. */
  readonly heartbeatTimeout: number;
}

/** The first model request of a run, as a client expects it of the agent that it knows. */
export interface FirstRequest extends RequestBounds {
  readonly model: string;
}

/** Of a tool that says nothing of it. */
export const DEFAULT_TOOL_POLICY: CallPolicy = { timeout: 5 * 60_000, maximumAttempts: 5 };

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

/** How much history one workflow run may grow by, not counting what it began with. */
export interface RollOverThreshold {
  readonly bytes: number;
  readonly events: number;
}

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
  /** Above so many tokens the transcript is compacted before the next request. Absent: never. */
  readonly compactAbove?: number;
  /** When the run goes on as a new workflow run. Absent: the defaults. */
  readonly rollOver?: RollOverThreshold;
  /** How large a value may be, in bytes, where large ones are stored elsewhere. Absent: they are not. */
  readonly room?: number;
  /** The agent has functions that are told the usage, or its requests are counted before they are sent. */
  readonly needsUsage?: true;
  /** Whether the namespace has the agent search attributes. */
  readonly searchAttributes: boolean;
  /** First line of the prompt may be shown in the UI. */
  readonly summaries: boolean;
}
