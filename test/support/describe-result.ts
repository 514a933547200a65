// A result as data, so that a test can compare what two processes were given.
import type { RunResult } from 'perdure/client';

export interface DescribedResult {
  readonly runId: string;
  readonly workflowId: string;
  readonly conversationId: string;
  readonly [field: string]: unknown;
}

export async function describeResult(result: RunResult): Promise<DescribedResult> {
  const { output, usage, runId, workflowId, conversationId, finishReason, metadata, limitReached } = result;
  const described = {
    ...{ output, usage, runId, workflowId, conversationId, finishReason, metadata, limitReached },
    allMessages: await result.allMessages(),
    newMessages: await result.newMessages(),
    response: await result.response(),
  };
  return JSON.parse(JSON.stringify(described)) as DescribedResult; // what JSON drops is not compared
}

/** The same without what differs between two runs. */
export function withoutIds(described: object): object {
  const { runId, workflowId, conversationId, ...rest } = described as Partial<DescribedResult>; // or an error's fields
  const own = conversationId === runId || conversationId === undefined;
  return own ? rest : { ...rest, conversationId };
}
