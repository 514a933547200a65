/** Starting runs and conversations, and finding them again. Imports no model SDK and no tool's code. */
export { AgentClient, type AgentClientOptions } from './agent-client';
export type { AgentReference } from './agent-reference';
export { Conversation, type ConversationStatus, type ForkOptions } from './conversation';
export type { ConversationExport, ExportedTurn } from './conversation-export';
export type { ConversationOptions, RetryOptions, SendOptions } from './conversation-options';
export type { ConversationTurn } from './conversation-turn';
export { conversation, getRun, run, start } from './default-client';
export type { MessagePage, PageOptions } from './message-page';
export { RunHandle, type RunStatus } from './run-handle';
export { runSync, type RunSyncOptions } from './run-sync';
export type { RunOptions, StartOptions, WaitOptions } from './run-options';
export { RunResult } from './run-result';
export { Turn } from './turn';
export { TurnResult } from './turn-result';
export type { ConnectionSettings } from '../connection';
export type { Compaction } from '../history';
