import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { UserError } from '../common/errors';
import { mayBeginRun } from '../common/first-request';
import { jsonBytes } from '../common/json';
import { MAX_PLAIN_HISTORY_BYTES, packMessages } from '../common/packed-messages';
import { assertRequestFits } from '../common/run-request';
import {
  FIRST_REQUEST_MEMO,
  type FirstRequest,
  REQUEST_DIGEST_MEMO,
  type RunInput,
  type RunRequest,
} from '../common/wire';
import { roomOf } from '../storage';
import { createId, digestOf } from './digest';
import type { ParsedRun } from './run-options';
import { toStaticSummary } from './static-summary';

/** What is started, and where. */
export interface RunTarget {
  readonly agent: string;
  readonly taskQueue: string;
  readonly attributes: SearchAttributePair[];
  /** Absent: not known. */
  readonly firstRequest?: FirstRequest | undefined;
}

/** Starts a run, unless its id says that it was started before; returns its id. */
export async function startRun(
  client: Client,
  { agent, taskQueue, attributes, firstRequest }: RunTarget,
  { request, runId = createId(agent), summary, deadline }: ParsedRun,
): Promise<string> {
  const input = withPackedHistory(request);
  assertRequestFits(input, roomOf(client.options.loadedDataConverter));
  const digest = digestOf(request);
  try {
    await client.workflow.start(agent, {
      workflowId: runId,
      taskQueue,
      args: [toRunInput(input)],
      typedSearchAttributes: attributes,
      memo: { [REQUEST_DIGEST_MEMO]: digest, ...toFirstRequestMemo(request, firstRequest) },
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...(deadline === undefined ? {} : { workflowExecutionTimeout: millisecondsUntil(deadline) }),
      ...toStaticSummary(summary, request.prompt),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await assertSameRun(client, { runId, agent, digest });
  }
  return runId;
}

/** Lets the run begin with its first model request. */
function toFirstRequestMemo(request: RunRequest, first: FirstRequest | undefined): object {
  return first !== undefined && mayBeginRun(request) ? { [FIRST_REQUEST_MEMO]: first } : {};
}

/** A run that is asked nothing but its prompt reads best as that. */
function toRunInput(request: RunRequest): RunInput {
  const { prompt, ...rest } = request;
  return typeof prompt === 'string' && Object.keys(rest).length === 0 ? prompt : request;
}

/** A long history is compressed, so that it fits. */
function withPackedHistory(request: RunRequest): RunRequest {
  const { messageHistory } = request;
  if (messageHistory === undefined || 'gzip' in messageHistory) return request;
  if (jsonBytes(messageHistory) <= MAX_PLAIN_HISTORY_BYTES) return request;
  return { ...request, messageHistory: packMessages(messageHistory) };
}

function millisecondsUntil(deadline: Date): number {
  const milliseconds = deadline.getTime() - Date.now();
  if (milliseconds > 0) return milliseconds;
  throw new UserError(`deadline: ${deadline.toISOString()} has passed`);
}

/** Handing out another run's result for a question that was never asked would be worse than an error. */
async function assertSameRun(
  client: Client,
  { runId, agent, digest }: { runId: string; agent: string; digest: string },
): Promise<void> {
  const { type, memo } = await client.workflow.getHandle(runId).describe();
  if (type !== agent) {
    throw new UserError(`runId: run '${runId}' exists already, and is one of agent '${type}'`);
  }
  if (memo?.[REQUEST_DIGEST_MEMO] !== undefined && memo[REQUEST_DIGEST_MEMO] !== digest) {
    throw new UserError(`runId: run '${runId}' exists already, and was asked something else`);
  }
}
