import { CancellationScope, isCancellation, scheduleActivity } from '@temporalio/workflow';
import { ownValue } from '../common/json';
import type { ToolCallPart } from '../common/messages';
import { type ToolCallResult, toToolPart } from '../common/wire';
import { toActivityOptions } from './activity-options';
import { describeFailure, fieldsOf, toApplicationFailure } from './failure';
import type { JudgedCall, RunFailure, RunState, ToolOutcome, ToolOutcomes } from './loop';
import { toToolInputs, type ToolInput } from './tool-inputs';

/**
 * Runs the calls of one response in parallel. When one fails for good the others are cancelled, and what those that
 * finished returned is kept.
 */
export async function callTools(state: RunState, calls: readonly JudgedCall[]): Promise<ToolOutcomes> {
  const outcomes: (ToolOutcome | undefined)[] = [];
  const scope = new CancellationScope();
  const finished = toToolInputs(state, calls).map(async (input) => {
    const outcome = await callTool(state, input, scope);
    if (outcome.kind === 'failure') scope.cancel();
    outcomes[input.position] = outcome;
  });
  const ends = await Promise.allSettled(finished);
  const cancelled = ends.find((end) => end.status === 'rejected');
  if (cancelled !== undefined && !outcomes.some((outcome) => outcome?.kind === 'failure')) {
    throw cancelled.reason;
  }
  return outcomes;
}

async function callTool(state: RunState, input: ToolInput, scope: CancellationScope): Promise<ToolOutcome> {
  const { call, args, context, summary } = input;
  const policy = ownValue(state.manifest.tools, call.toolName);
  if (policy === undefined) return { kind: 'failure', failure: missingTool(call) };
  const options = toActivityOptions(state.manifest, policy, summary);
  try {
    const result = await scope.run(() =>
      scheduleActivity<ToolCallResult>(call.toolName, [args, context], options),
    );
    return { kind: 'result', result, part: toToolPart(call, result) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'failure', failure: toToolFailure(error, call) };
  }
}

function missingTool({ toolName }: ToolCallPart): RunFailure {
  return toolFailure(`The agent has no tool '${toolName}'`, toolName);
}

function toToolFailure(error: unknown, { toolName }: ToolCallPart): RunFailure {
  const failure = toApplicationFailure(error);
  if (failure?.type === 'PayloadTooLargeError') {
    return { type: 'PayloadTooLargeError', message: failure.message, fields: fieldsOf(failure) };
  }
  return toolFailure(`Tool '${toolName}' failed: ${describeFailure(error)}`, toolName);
}

function toolFailure(message: string, toolName: string): RunFailure {
  return { type: 'ToolExecutionError', message, fields: { toolName } };
}
