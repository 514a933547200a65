import { createHash, randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { UserError } from '../common/errors';
import { isJsonObject, jsonBytes, toOneLine } from '../common/json';
import type { UserPrompt } from '../common/messages';
import { MAX_PLAIN_HISTORY_BYTES, packMessages } from '../common/packed-messages';
import { assertRequestFits } from '../common/run-request';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';
import { REQUEST_DIGEST_MEMO, type RunInput, type RunRequest } from '../common/wire';
import type { ParsedRun } from './run-options';

/** Starts a run, unless its id says that it was started before; returns its id. */
export async function startRun(
  client: Client,
  { agent, taskQueue }: { agent: string; taskQueue: string },
  { request, runId = createRunId(agent), summary, deadline }: ParsedRun,
): Promise<string> {
  const input = withPackedHistory(request);
  assertRequestFits(input);
  const digest = digestOf(request);
  const staticSummary = toStaticSummary(summary ?? firstLineOf(request.prompt));
  try {
    await client.workflow.start(agent, {
      workflowId: runId,
      taskQueue,
      args: [toRunInput(input)],
      memo: { [REQUEST_DIGEST_MEMO]: digest },
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...(deadline === undefined ? {} : { workflowExecutionTimeout: millisecondsUntil(deadline) }),
      ...(staticSummary === '' ? {} : { staticSummary }),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await assertSameRun(client, { runId, agent, digest });
  }
  return runId;
}

/** Sortable by time of start, and unique. */
function createRunId(agent: string): string {
  const time = Date.now().toString(36).padStart(9, '0');
  return `${agent}-${time}${randomBytes(5).toString('hex')}`;
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

function firstLineOf(prompt: UserPrompt | undefined): string {
  const text = typeof prompt === 'string' ? prompt : prompt?.find((part) => part.kind === 'text')?.text;
  return text?.trim().split('\n', 1)[0] ?? '';
}

/** The server refuses to start a run whose summary is too long for it. */
function toStaticSummary(summary: string | false): string {
  return summary === false ? '' : toOneLine(summary, MAX_SUMMARY_LENGTH);
}

/** The same for the same values, in whatever order their keys come. */
function digestOf(request: RunRequest): string {
  const text = JSON.stringify(request, (_key, value: unknown) =>
    isJsonObject(value) ? Object.fromEntries(Object.entries(value).sort(byKey)) : value,
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
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
