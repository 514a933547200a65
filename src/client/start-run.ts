import { createHash, randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { UserError } from '../common/errors';
import { toOneLine } from '../common/json';
import type { UserPrompt } from '../common/messages';
import { fittingSize } from '../common/payload-size';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';
import type { RunInput, RunRequest } from '../common/wire';
import type { ParsedRun } from './run-options';

/** Under this name a run's memo holds a digest of what it was asked. */
const DIGEST = 'requestDigest';

/** Starts a run, unless its id says that it was started before; returns its id. */
export async function startRun(
  client: Client,
  { agent, taskQueue }: { agent: string; taskQueue: string },
  { request, runId = createRunId(agent), summary }: ParsedRun,
): Promise<string> {
  assertFits(request);
  const digest = createHash('sha256').update(JSON.stringify(request)).digest('base64url').slice(0, 16);
  const staticSummary = summary ?? summarize(request.prompt);
  try {
    await client.workflow.start(agent, {
      workflowId: runId,
      taskQueue,
      args: [toRunInput(request)],
      memo: { [DIGEST]: digest },
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...(staticSummary === false || staticSummary === '' ? {} : { staticSummary }),
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

function assertFits(request: RunRequest): void {
  for (const [field, value] of Object.entries(request)) fittingSize(value, field);
  fittingSize(request, 'prompt and options together');
}

function summarize(prompt: UserPrompt | undefined): string {
  const text = typeof prompt === 'string' ? prompt : prompt?.find((part) => part.kind === 'text')?.text;
  return toOneLine(text?.trim().split('\n', 1)[0] ?? '', MAX_SUMMARY_LENGTH);
}

/** Handing out another run's result for a question that was never asked would be worse than an error. */
async function assertSameRun(
  client: Client,
  { runId, agent, digest }: { runId: string; agent: string; digest: string },
): Promise<void> {
  const { type, memo } = await client.workflow.getHandle(runId).describe();
  if (type !== agent)
    throw new UserError(`runId: run '${runId}' exists already, and is one of agent '${type}'`);
  if (memo?.[DIGEST] !== undefined && memo[DIGEST] !== digest) {
    throw new UserError(`runId: run '${runId}' exists already, and was asked something else`);
  }
}
