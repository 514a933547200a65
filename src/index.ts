/** Declaring agents and tools, and everything that is said of a run: messages, usage, errors. */
export { type Agent, type AgentOptions, defineAgent, type DepsOf, type OutputOf } from './common/agent';
export {
  type CompactionContext,
  type CompactionFunction,
  type CompactionOptions,
  type CompactionStrategy,
  dropToolResults,
  keepLast,
  summarize,
} from './common/compaction';
export type { Duration } from './common/duration';
export {
  AgentRunError,
  ContentFilterError,
  ConversationBusyError,
  ConversationClosedError,
  HookExecutionError,
  IncompleteToolCallError,
  ModelRequestError,
  ModelRetry,
  NoWorkerError,
  PayloadTooLargeError,
  RunCancelledError,
  type RunErrorFields,
  RunTimedOutError,
  ServerUnreachableError,
  ToolExecutionError,
  ToolFailed,
  TurnConflictError,
  TurnNotKeptError,
  UnexpectedModelBehaviorError,
  UnknownTurnError,
  UsageLimitExceededError,
  UserError,
} from './common/errors';
export type { ChatMessage } from './common/chat-message-schema';
export { fromChatMessages } from './common/from-chat-messages';
export type { JsonObject, JsonValue } from './common/json';
export type {
  BinaryContent,
  FinishReason,
  ModelMessage,
  ModelRequest,
  ModelResponse,
  ProviderItemPart,
  RequestPart,
  ResponsePart,
  RetryPromptPart,
  SystemPromptPart,
  TextContent,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolReturnOutcome,
  ToolReturnPart,
  UrlContent,
  UserContent,
  UserPrompt,
  UserPromptPart,
  ValidationIssue,
} from './common/messages';
export type { Model, ModelRequestParameters, ToolDescription } from './common/model';
export {
  nativeOutput,
  type OutputSpecification,
  promptedOutput,
  textOutput,
  toolOutput,
} from './common/output';
export type { RunContext } from './common/run-context';
export { ToolReturn } from './common/tool-return';
export type { ModelSettings } from './common/model-settings';
export { defineTool, type Tool, type ToolContext, type ToolLogger, type ToolOptions } from './common/tool';
export { type ResponseUsage, addUsage, NO_USAGE, type Usage, type UsageLimits } from './common/usage';
