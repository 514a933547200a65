import { AgentRunError, NoWorkerError, RunTimedOutError, ServerUnreachableError } from 'perdure';

/** What became of a run that gave no result. */
// #region explain
export function explain(error: unknown): string {
  if (error instanceof ServerUnreachableError) {
    return `Nothing was started: ${error.address} does not answer.`;
  }
  if (error instanceof NoWorkerError) return `Run ${error.runId} waits for a worker on ${error.taskQueue}.`;
  if (error instanceof RunTimedOutError && error.stillRunning) return `Run ${error.runId} goes on.`;
  if (error instanceof AgentRunError) return `${error.name} after ${error.usage.totalTokens} tokens.`; // or error.messages
  throw error;
}
// #endregion explain
