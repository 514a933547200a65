import { ownValue } from '../../common/json';
import { incompleteToolCall, outputRetriesExceeded, type RunFailure, toolRetriesExceeded } from './failures';
import type { JudgedCall, RunState } from './state';
import { asksForRetry, isSuccess, type ToolOutcomes } from './tool-outcome';

type Retries = RunState['retries'];

/**
 * The retry counters after a round: once per tool name and round, reset where a tool only succeeded. A counter beyond
 * its budget is the run's failure.
 */
export function countRetries(
  state: RunState,
  calls: readonly JudgedCall[],
  outcomes: ToolOutcomes,
): { retries: Retries; failure?: RunFailure } {
  const retried = new Map<string, JudgedCall>();
  const succeeded = new Set<string>();
  const failed = new Set<string>();
  for (const judged of calls) {
    if (isRetried(judged, outcomes)) retried.set(judged.call.toolName, judged);
    else (isSuccess(outcomes[judged.position]) ? succeeded : failed).add(judged.call.toolName);
  }
  const tools = new Map(state.retries.tools);
  for (const name of succeeded) if (!failed.has(name)) tools.delete(name);
  for (const [name, judged] of retried) {
    const used = state.retries.tools.get(name) ?? 0;
    const failure = budgetFailure(state, judged, used);
    if (failure !== undefined) return { retries: state.retries, failure };
    tools.set(name, used + 1);
  }
  return countOutputRetry({ ...state, retries: { ...state.retries, tools } }, calls);
}

function isRetried(judged: JudgedCall, outcomes: ToolOutcomes): boolean {
  return asksForRetry(judged, outcomes) || (judged.verdict !== undefined && 'unknownTool' in judged.verdict);
}

function budgetFailure(
  { manifest }: RunState,
  { call, truncated }: JudgedCall,
  used: number,
): RunFailure | undefined {
  const budget = ownValue(manifest.tools, call.toolName)?.retries ?? manifest.toolRetries;
  if (used < budget) return undefined;
  return truncated ? incompleteToolCall(call.toolName) : toolRetriesExceeded(call.toolName, budget);
}

function countOutputRetry(
  { manifest, retries }: RunState,
  calls: readonly JudgedCall[],
): { retries: Retries; failure?: RunFailure } {
  // The last one, because only the end of a response can have been cut.
  const invalid = calls.findLast(
    ({ verdict }) => verdict && 'output' in verdict && 'invalid' in verdict.output,
  );
  if (invalid === undefined) return { retries };
  if (retries.output < manifest.outputRetries) return { retries: { ...retries, output: retries.output + 1 } };
  const { call, truncated } = invalid;
  const failure = truncated
    ? incompleteToolCall(call.toolName)
    : outputRetriesExceeded(manifest.outputRetries);
  return { retries, failure };
}
