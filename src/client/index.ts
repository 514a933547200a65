/** Starting runs and finding them again. Imports no model SDK and no tool's code. */
export { AgentClient, type AgentClientOptions, type AgentReference } from './agent-client';
export { getRun, run, start } from './default-client';
export { RunHandle, type RunStatus } from './run-handle';
export { runSync, type RunSyncOptions } from './run-sync';
export type { RunOptions, StartOptions, WaitOptions } from './run-options';
export { RunResult } from './run-result';
export type { ConnectionSettings } from '../connection';
