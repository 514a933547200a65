import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { RefusalDetail, TurnEnd, TurnInput } from '../common/conversation-wire';
import { isNotFound } from '../common/grpc-status';
import { NO_USAGE } from '../common/usage';
import type { RunFailureDetail, RunOutcome } from '../common/wire';
import { readConversation, type RecordedConversation } from '../history';
import type { ConversationWorkflow } from './conversation-workflow';
import { notKept, toRefusalError, unknownTurn } from './refusal-error';
import { toSetback } from './server-errors';

/** Where the result of a turn is recorded. */
type Elsewhere = Omit<Extract<RefusalDetail, { kind: 'elsewhere' }>, 'kind'>;

/** What a turn led to whose result an earlier workflow run has. @throws {TurnNotKeptError} when that is not retained. */
export async function findEnd(workflow: ConversationWorkflow, where: Elsewhere): Promise<TurnEnd> {
  const { turnId, execution } = where;
  if (execution === '') throw notKept(workflow.id, turnId, 'result');
  const end = (await endOfUpdate(workflow, where)) ?? (await endInHistory(workflow, where));
  if (end === undefined) throw notKept(workflow.id, turnId, 'result');
  return end;
}

async function endOfUpdate(
  { client, id }: ConversationWorkflow,
  { execution, updateId }: Elsewhere,
): Promise<TurnEnd | undefined> {
  try {
    const update = client.workflow.getHandle(id, execution).getUpdateHandle<RunOutcome>(updateId);
    return { outcome: await update.result() };
  } catch (error) {
    const setback = toSetback(error);
    switch (setback.kind) {
      case 'failed':
        return toTurnEnd(setback.cause);
      case 'cut-off':
      case 'interrupted':
      case 'absent':
        return undefined;
      case 'refused':
      case 'closed':
      case 'foreign':
      case 'unknown':
        throw error;
    }
  }
}

/** Its sender may have been cut off, and nobody may have waited for it. */
async function endInHistory(
  { client, id }: ConversationWorkflow,
  { execution, turnId }: Elsewhere,
): Promise<TurnEnd | undefined> {
  try {
    const recorded = await readConversation(client, { runId: id, execution }, 'last');
    return recorded.turns.find(turnId)?.end;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * What a turn led to in a conversation that is closed.
 * @throws {ConversationClosedError} when it has no such turn, or came to no end of it.
 * @throws {TurnConflictError} when it was asked something else.
 */
export async function findEndInClosed(
  workflow: ConversationWorkflow,
  { turnId, asked }: TurnInput,
): Promise<TurnEnd> {
  const recorded = await workflow.read('last');
  const known = findTurn(recorded, turnId);
  if (known === undefined) {
    throw asked === undefined ? unknownTurn(workflow.id, turnId) : await workflow.closedError();
  }
  const { digest, end, execution = '', updateId } = known;
  if (asked !== undefined && asked.digest !== digest) {
    throw toRefusalError(workflow.id, { kind: 'conflict', turnId, digest, given: asked.digest });
  }
  if (end !== undefined) return end;
  if (execution === recorded.execution) throw await workflow.closedError();
  return findEnd(workflow, { turnId, execution, updateId });
}

interface KnownTurn {
  readonly digest: string;
  readonly updateId: string;
  readonly execution?: string | undefined;
  readonly end?: TurnEnd | undefined;
}

function findTurn({ turns }: RecordedConversation, id: string): KnownTurn | undefined {
  const recent = turns.find(id);
  if (recent !== undefined) return recent;
  for (const { execution, turns: ids } of turns.older) {
    const digest = ids.find(([known]) => known === id)?.[1];
    if (digest !== undefined) return { digest, execution, updateId: toUpdateId(id, digest) };
  }
  return undefined;
}

/** The update that takes a turn: the server knows it again, and not one that asks something else. */
export function toUpdateId(turnId: string, digest: string): string {
  return `${turnId}/${digest}`;
}

type FailedEnd = Extract<TurnEnd, { failure: unknown }>;

/** What an update failed with, as the end that its workflow made it of. */
export function toTurnEnd(cause: unknown): FailedEnd {
  if (cause instanceof ApplicationFailure) {
    const detail = (cause.details?.[0] ?? NOTHING_SAID) as RunFailureDetail; // to the wire contract
    return { failure: { type: cause.type ?? 'Error', message: cause.message, detail } };
  }
  // Its conversation as a whole was cancelled.
  const type = cause instanceof CancelledFailure ? 'RunCancelledError' : 'Error';
  const message = cause instanceof Error ? cause.message : String(cause);
  return { failure: { type, message, detail: NOTHING_SAID } };
}

const NOTHING_SAID: RunFailureDetail = { usage: NO_USAGE, fields: {} };

/** The other way round. */
export function toFailure({ type, message, detail }: FailedEnd['failure']): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [detail] });
}
