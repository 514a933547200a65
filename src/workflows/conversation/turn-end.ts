import type { ApplicationFailure } from '@temporalio/workflow';
import type { TurnEnd } from '../../common/conversation-wire';
import { isJsonObject, type JsonValue } from '../../common/json';
import { addUsage, NO_USAGE } from '../../common/usage';
import type { RunFailureDetail, RunOutcome } from '../../common/wire';
import { createFailure } from '../create-failure';
import { toFailure } from '../failure';
import type { RunFailure, RunState } from '../loop';
import { toOutcome } from '../outcome';

export function toCompleted(state: RunState, output: JsonValue): TurnEnd {
  const { turn, usage } = state;
  const shared = turn === undefined ? {} : { conversationUsage: addUsage(turn.spent, usage) };
  return { outcome: { ...toOutcome(state, output), ...shared } };
}

export function toFailed(state: RunState, failure: RunFailure): TurnEnd {
  return fromFailure(toFailure(state, failure));
}

export function toCancelled(turnId: string, state: RunState | undefined, reason: string): TurnEnd {
  const message =
    reason === '' ? `turn '${turnId}' was cancelled` : `turn '${turnId}' was cancelled: ${reason}`;
  const detail: RunFailureDetail = {
    usage: state?.usage ?? NO_USAGE,
    tail: state?.transcript.unsent.append ?? [],
    fields: {},
  };
  return { failure: { type: 'RunCancelledError', message, detail } };
}

/** The end of a turn by what a failed run would have failed with. */
export function fromFailure({ type, message, details }: ApplicationFailure): TurnEnd {
  const detail: unknown = details?.[0];
  return {
    failure: {
      type: type ?? 'Error',
      message,
      detail: isJsonObject(detail)
        ? (detail as unknown as RunFailureDetail) // made by this library
        : { usage: NO_USAGE, fields: {} },
    },
  };
}

/** What the sender of a turn is told. @throws what the turn failed with. */
export function deliver(end: TurnEnd): RunOutcome {
  if ('outcome' in end) return end.outcome;
  const { type, message, detail } = end.failure;
  throw createFailure(type, message, detail);
}
