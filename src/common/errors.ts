import type { ModelMessage, ModelResponse } from './messages';
import { NO_USAGE, type Usage } from './usage';

/**
 * Gives a class a marker by which `instanceof` recognises its errors, also those of another realm, Jest registry or
 * copy of this package. Classes derived from it by users keep the ordinary `instanceof`.
 */
function marked(constructor: { prototype: Error }, name: string): void {
  const marker = Symbol.for(`perdure.${name}`);
  Object.defineProperty(constructor.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(constructor.prototype, marker, { value: true });
  Object.defineProperty(constructor, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== constructor) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === 'object' && value !== null && marker in value;
    },
  });
}

/** A mistake in code or options, to be mended by the developer. Thrown as early as can be. */
export class UserError extends Error {}
marked(UserError, 'UserError');

/** Thrown by a tool: the model is shown the message and asked to try again, within the tool's retries. */
export class ModelRetry extends Error {}
marked(ModelRetry, 'ModelRetry');

/** Thrown by a tool: the model is told that the call failed. Uses no retries. */
export class ToolFailed extends Error {}
marked(ToolFailed, 'ToolFailed');

/** No server answers at an address. Nothing was started. */
export class ServerUnreachableError extends Error {
  readonly address: string;

  constructor(message: string, fields: { address: string; cause?: unknown }) {
    super(message, { cause: fields.cause });
    this.address = fields.address;
  }
}
marked(ServerUnreachableError, 'ServerUnreachableError');

/** A run was started, and in the time that `waitForWorker` allows no worker took it. It starts as soon as one does. */
export class NoWorkerError extends Error {
  readonly runId: string;
  readonly agent: string;
  readonly taskQueue: string;

  constructor(message: string, fields: { runId: string; agent: string; taskQueue: string }) {
    super(message);
    this.runId = fields.runId;
    this.agent = fields.agent;
    this.taskQueue = fields.taskQueue;
  }
}
marked(NoWorkerError, 'NoWorkerError');

/** What every error of a run carries. */
export interface RunErrorFields {
  readonly runId?: string;
  readonly workflowId?: string;
  readonly usage?: Usage;
  readonly messages?: readonly ModelMessage[];
  readonly cause?: unknown;
}

/** A run ended without a result, or waiting for it did. */
export class AgentRunError extends Error {
  readonly runId: string;
  /** The Temporal workflow that holds the run. */
  readonly workflowId: string;
  /** Spent until then. */
  readonly usage: Usage;
  /** Said until then. */
  readonly messages: readonly ModelMessage[];

  constructor(message: string, fields: RunErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.runId = fields.runId ?? '';
    this.workflowId = fields.workflowId ?? this.runId;
    this.usage = fields.usage ?? NO_USAGE;
    this.messages = fields.messages ?? [];
  }
}
marked(AgentRunError, 'AgentRunError');

/** A usage limit was, or would have been, exceeded. */
export class UsageLimitExceededError extends AgentRunError {
  /** The limit as the message names it: `request_limit`. */
  readonly limit: string;
  /** What was, or would have been, reached. */
  readonly value: number;
  /** The response that broke the limit; it is not among the messages, so that these can be continued. */
  readonly discardedResponse: ModelResponse | undefined;

  constructor(
    message: string,
    fields: RunErrorFields & { limit: string; value: number; discardedResponse?: ModelResponse | undefined },
  ) {
    super(message, fields);
    this.limit = fields.limit;
    this.value = fields.value;
    this.discardedResponse = fields.discardedResponse;
  }
}
marked(UsageLimitExceededError, 'UsageLimitExceededError');

/** The model did something that no retry could mend. */
export class UnexpectedModelBehaviorError extends AgentRunError {}
marked(UnexpectedModelBehaviorError, 'UnexpectedModelBehaviorError');

/** The provider's filter left nothing of the answer. */
export class ContentFilterError extends UnexpectedModelBehaviorError {}
marked(ContentFilterError, 'ContentFilterError');

/** The token limit cut the arguments of a tool call, and no retry was left. */
export class IncompleteToolCallError extends UnexpectedModelBehaviorError {}
marked(IncompleteToolCallError, 'IncompleteToolCallError');

/** The provider refused a request, or could not be reached within the attempts allowed. */
export class ModelRequestError extends AgentRunError {
  readonly model: string;
  /** HTTP status; absent when there was no answer. */
  readonly status: number | undefined;
  /** The provider's own code: `context_length_exceeded`. */
  readonly code: string | undefined;
  /** Whether trying again could have helped. */
  readonly retryable: boolean;
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    fields: RunErrorFields & {
      model: string;
      status?: number | undefined;
      code?: string | undefined;
      retryable: boolean;
      retryAfter?: number | undefined;
    },
  ) {
    super(message, fields);
    this.model = fields.model;
    this.status = fields.status;
    this.code = fields.code;
    this.retryable = fields.retryable;
    this.retryAfter = fields.retryAfter;
  }
}
marked(ModelRequestError, 'ModelRequestError');

/** A tool failed in a way that is not for the model, on each attempt that its policy allows. */
export class ToolExecutionError extends AgentRunError {
  readonly toolName: string;

  constructor(message: string, fields: RunErrorFields & { toolName: string }) {
    super(message, fields);
    this.toolName = fields.toolName;
  }
}
marked(ToolExecutionError, 'ToolExecutionError');

/** A function of the agent (validator, instructions, processor) threw. */
export class HookExecutionError extends AgentRunError {
  readonly hookName: string;

  constructor(message: string, fields: RunErrorFields & { hookName: string }) {
    super(message, fields);
    this.hookName = fields.hookName;
  }
}
marked(HookExecutionError, 'HookExecutionError');

/** A value is larger than Temporal can record. */
export class PayloadTooLargeError extends AgentRunError {
  /** Which value: `prompt`, `result of tool 'x'`. */
  readonly field: string;
  /** In bytes, as recorded. */
  readonly size: number;
  /** In bytes. */
  readonly limit: number;

  constructor(message: string, fields: RunErrorFields & { field: string; size: number; limit: number }) {
    super(message, fields);
    this.field = fields.field;
    this.size = fields.size;
    this.limit = fields.limit;
  }
}
marked(PayloadTooLargeError, 'PayloadTooLargeError');

/** The run was cancelled. */
export class RunCancelledError extends AgentRunError {}
marked(RunCancelledError, 'RunCancelledError');

/** The run's time was up, or the time to wait for it. */
export class RunTimedOutError extends AgentRunError {
  /** True when only the waiting ended: the run goes on, and `getRun` finds it. */
  readonly stillRunning: boolean;

  constructor(message: string, fields: RunErrorFields & { stillRunning: boolean }) {
    super(message, fields);
    this.stillRunning = fields.stillRunning;
  }
}
marked(RunTimedOutError, 'RunTimedOutError');

/** A conversation takes no more turns. `reopen()` has it go on from its last state. */
export class ConversationClosedError extends Error {
  readonly conversationId: string;
  /** Why it was closed, as far as that was said. */
  readonly reason: string;

  constructor(message: string, fields: { conversationId: string; reason: string }) {
    super(message);
    this.conversationId = fields.conversationId;
    this.reason = fields.reason;
  }
}
marked(ConversationClosedError, 'ConversationClosedError');

/** Something was asked of a conversation that it does not do while a turn runs or waits. */
export class ConversationBusyError extends Error {
  readonly conversationId: string;
  /** The turn that runs, or waits to. */
  readonly runningTurnId: string;

  constructor(message: string, fields: { conversationId: string; runningTurnId: string }) {
    super(message);
    this.conversationId = fields.conversationId;
    this.runningTurnId = fields.runningTurnId;
  }
}
marked(ConversationBusyError, 'ConversationBusyError');

/** A turn's id was used before, for another prompt or other options. */
export class TurnConflictError extends UserError {
  readonly conversationId: string;
  readonly turnId: string;
  /** Of what was asked under this id. */
  readonly digest: string;
  /** Of what is asked now. */
  readonly givenDigest: string;

  constructor(
    message: string,
    fields: { conversationId: string; turnId: string; digest: string; givenDigest: string },
  ) {
    super(message);
    this.conversationId = fields.conversationId;
    this.turnId = fields.turnId;
    this.digest = fields.digest;
    this.givenDigest = fields.givenDigest;
  }
}
marked(TurnConflictError, 'TurnConflictError');

/** A conversation has no turn of that id, or none in the place where one was looked for. */
export class UnknownTurnError extends UserError {
  readonly conversationId: string;
  readonly turnId: string;

  constructor(message: string, fields: { conversationId: string; turnId: string }) {
    super(message);
    this.conversationId = fields.conversationId;
    this.turnId = fields.turnId;
  }
}
marked(UnknownTurnError, 'UnknownTurnError');

/** A turn is known, but what was asked of it is not kept any more: its messages one by one, or its result. */
export class TurnNotKeptError extends Error {
  readonly conversationId: string;
  readonly turnId: string;
  readonly lost: 'messages' | 'result';

  constructor(
    message: string,
    fields: { conversationId: string; turnId: string; lost: 'messages' | 'result' },
  ) {
    super(message);
    this.conversationId = fields.conversationId;
    this.turnId = fields.turnId;
    this.lost = fields.lost;
  }
}
marked(TurnNotKeptError, 'TurnNotKeptError');
