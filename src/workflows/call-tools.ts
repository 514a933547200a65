import {
  CancellationScope,
  isCancellation,
  scheduleActivity,
  scheduleLocalActivity,
} from '@temporalio/workflow';
import { ownValue } from '../common/json';
import { DEFAULT_TOOL_POLICY } from '../common/manifest';
import type { ToolCallPart } from '../common/messages';
import type { ToolCallResult, ToolManifest } from '../common/wire';
import { toActivityOptions, toLocalActivityOptions } from './activity-options';
import { describeFailure, fieldsOf, toApplicationFailure } from './failure';
import {
  type JudgedCall,
  type RunFailure,
  type RunState,
  toReportedOutcome,
  type ToolOutcome,
  toToolOutcome,
  withToolOutcomes,
} from './loop';
import { toToolInputs, type ToolInput } from './tool-inputs';

/** Runs the calls of one response: in parallel, but for sequential tools, each of which runs alone. */
export async function callTools(state: RunState, calls: readonly JudgedCall[]): Promise<RunState> {
  const outcomes: (ToolOutcome | undefined)[] = [];
  for (const batch of toBatches(state, toToolInputs(state, calls))) {
    const [first] = batch;
    if (first !== undefined && batch.length === 1) outcomes[first.position] = await callTool(state, first);
    else await callTogether(state, batch, outcomes);
    if (hasFailure(outcomes)) break;
  }
  return withToolOutcomes(state, outcomes);
}

/**
 * When a call fails for good the others are cancelled, and what those that finished returned is kept. Any other
 * cancellation ends the run.
 */
async function callTogether(
  state: RunState,
  batch: readonly ToolInput[],
  outcomes: (ToolOutcome | undefined)[],
): Promise<void> {
  const scope = new CancellationScope();
  const calls = batch.map(async (input) => {
    const outcome = await scope.run(() => callTool(state, input));
    if (outcome.kind === 'failure') scope.cancel();
    outcomes[input.position] = outcome;
  });
  const cancelled = (await Promise.allSettled(calls)).find((end) => end.status === 'rejected');
  if (cancelled !== undefined && !hasFailure(outcomes)) throw cancelled.reason;
}

function hasFailure(outcomes: readonly (ToolOutcome | undefined)[]): boolean {
  return outcomes.some((outcome) => outcome?.kind === 'failure');
}

/** Sequential calls stand alone, the ones between them together. */
function toBatches({ manifest }: RunState, inputs: readonly ToolInput[]): ToolInput[][] {
  const batches: ToolInput[][] = [];
  let open: ToolInput[] | undefined;
  for (const input of inputs) {
    const sequential = ownValue(manifest.tools, input.call.toolName)?.sequential === true;
    if (open === undefined || sequential) batches.push((open = []));
    open.push(input);
    if (sequential) open = undefined;
  }
  return batches;
}

async function callTool(state: RunState, input: ToolInput): Promise<ToolOutcome> {
  const { call } = input;
  const policy = policyOf(state, call);
  try {
    return toToolOutcome(call, await schedule(state, input, policy));
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = toToolFailure(error, call);
    return policy.reportErrors === true
      ? toReportedOutcome(call, failure.message)
      : { kind: 'failure', failure };
  }
}

function schedule(
  { manifest }: RunState,
  { call, args, context, summary }: ToolInput,
  policy: ToolManifest,
): Promise<ToolCallResult> {
  const input = [args, context];
  if (policy.local === true) {
    return scheduleLocalActivity<ToolCallResult>(
      call.toolName,
      input,
      toLocalActivityOptions(policy, summary),
    );
  }
  const options = toActivityOptions({ ...policy, heartbeatTimeout: manifest.heartbeatTimeout }, summary);
  return scheduleActivity<ToolCallResult>(call.toolName, input, options);
}

/** A tool that a deploy has brought since the run began is called, too: the model was offered it. */
function policyOf({ manifest }: RunState, { toolName }: ToolCallPart): ToolManifest {
  return ownValue(manifest.tools, toolName) ?? { ...DEFAULT_TOOL_POLICY, retries: manifest.toolRetries };
}

function toToolFailure(error: unknown, { toolName }: ToolCallPart): RunFailure {
  const failure = toApplicationFailure(error);
  if (failure?.type === 'PayloadTooLargeError') {
    return { type: 'PayloadTooLargeError', message: failure.message, fields: fieldsOf(failure) };
  }
  const message = `Tool '${toolName}' failed: ${describeFailure(error)}`;
  return { type: 'ToolExecutionError', message, fields: { toolName } };
}
