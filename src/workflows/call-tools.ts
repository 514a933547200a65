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
  type ToolOutcomes,
  toToolOutcome,
} from './loop';
import { toToolInputs, type ToolInput } from './tool-inputs';

/**
 * Runs the calls of one response: in parallel, but for sequential tools, each of which runs alone. When a call fails
 * for good the others are cancelled, and what those that finished returned is kept.
 */
export async function callTools(state: RunState, calls: readonly JudgedCall[]): Promise<ToolOutcomes> {
  const outcomes: (ToolOutcome | undefined)[] = [];
  const scope = new CancellationScope();
  for (const batch of toBatches(state, toToolInputs(state, calls))) {
    await runBatch(batch, async (input) => {
      const outcome = await callTool(state, input, scope);
      if (outcome.kind === 'failure') scope.cancel();
      outcomes[input.position] = outcome;
    });
    if (outcomes.some((outcome) => outcome?.kind === 'failure')) break;
  }
  return outcomes;

  /** Waits for all; a cancellation counts unless it only followed from the failure of a call beside it. */
  async function runBatch(
    batch: readonly ToolInput[],
    run: (input: ToolInput) => Promise<void>,
  ): Promise<void> {
    const ends = await Promise.allSettled(batch.map(run));
    const cancelled = ends.find((end) => end.status === 'rejected');
    if (cancelled !== undefined && !outcomes.some((outcome) => outcome?.kind === 'failure')) {
      throw cancelled.reason;
    }
  }
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

async function callTool(state: RunState, input: ToolInput, scope: CancellationScope): Promise<ToolOutcome> {
  const { call } = input;
  const policy = policyOf(state, call);
  try {
    return toToolOutcome(call, await scope.run(() => schedule(state, input, policy)));
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
  return scheduleActivity<ToolCallResult>(call.toolName, input, toActivityOptions(manifest, policy, summary));
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
