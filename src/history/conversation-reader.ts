import { ApplicationFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import {
  type CarriedConversation,
  CONVERSATION_REFUSAL,
  type ConversationInput,
  type ConversationOutcome,
  TURN_UPDATE,
  type TurnEnd,
} from '../common/conversation-wire';
import { NO_USAGE } from '../common/usage';
import type { RunFailureDetail, RunOutcome } from '../common/wire';
import type { AcceptedUpdate, ConversationEnd } from './conversation-events';
import { type Decoder, fromWire, toHanded } from './decode';
import type { HistoryEvent } from './fetch-events';
import { RecordedConversation } from './recorded-conversation';

type UpdateRequest = NonNullable<HistoryEvent['workflowExecutionUpdateAdmittedEventAttributes']>['request'];
type UpdateOutcome = NonNullable<HistoryEvent['workflowExecutionUpdateCompletedEventAttributes']>['outcome'];

/** Walks over the beginnings, updates and ends of a conversation. */
export class ConversationReader {
  readonly recorded = new RecordedConversation();
  readonly #decoder: Decoder;
  /** By the event that tells of it. */
  readonly #updates = new Map<string, AcceptedUpdate>();
  /** Requests that another event tells of than the one that says they were accepted: after a reset. */
  readonly #admitted = new Map<string, UpdateRequest>();

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  async read(event: HistoryEvent): Promise<void> {
    this.recorded.at = optionalTsToDate(event.eventTime);
    if (!isPassing(event)) this.recorded.events = Number(event.eventId);
    await this.#readStart(event);
    await this.#readUpdate(event);
    await this.#readEnd(event);
  }

  async #readStart({ workflowExecutionStartedEventAttributes: started }: HistoryEvent): Promise<void> {
    if (!started) return;
    this.recorded.agent = started.workflowType?.name ?? '';
    this.recorded.execution = started.originalExecutionRunId ?? '';
    const [input, carried] = await this.#decoder.all(started.input);
    this.recorded.start(fromWire<ConversationInput>(input), toHanded<CarriedConversation>(carried));
  }

  async #readUpdate(event: HistoryEvent): Promise<void> {
    const {
      workflowExecutionUpdateAdmittedEventAttributes: admitted,
      workflowExecutionUpdateAcceptedEventAttributes: accepted,
      workflowExecutionUpdateCompletedEventAttributes: completed,
    } = event;
    if (admitted) this.#admitted.set(admitted.request?.meta?.updateId ?? '', admitted.request);
    if (accepted) {
      const request = accepted.acceptedRequest ?? this.#admitted.get(accepted.protocolInstanceId ?? '');
      const update = await this.#toUpdate(request);
      this.#updates.set(String(event.eventId), update);
      this.recorded.updateAccepted(update);
    }
    if (completed) await this.#complete(String(completed.acceptedEventId), completed.outcome);
  }

  async #toUpdate(request: UpdateRequest): Promise<AcceptedUpdate> {
    const [input] = await this.#decoder.all(request?.input?.args);
    return { name: request?.input?.name ?? '', id: request?.meta?.updateId ?? '', input };
  }

  async #complete(acceptedEventId: string, outcome: UpdateOutcome): Promise<void> {
    const update = this.#updates.get(acceptedEventId);
    if (update === undefined || !outcome) return;
    if (update.name === TURN_UPDATE) {
      const end = await this.#toTurnEnd(outcome);
      if (end !== undefined) this.recorded.updateCompleted(update, end);
    } else if (outcome.success) {
      this.recorded.updateCompleted(update, await this.#decoder.first(outcome.success));
    }
  }

  /** Nothing for who waited for a turn and was told something else than what it led to. */
  async #toTurnEnd({ success, failure }: NonNullable<UpdateOutcome>): Promise<TurnEnd | undefined> {
    if (success) return { outcome: await this.#decoder.first<RunOutcome>(success) };
    const error = await decodeOptionalFailureToOptionalError(this.#decoder.converter, failure);
    if (!(error instanceof ApplicationFailure) || error.type === CONVERSATION_REFUSAL) return undefined;
    const detail = fromWire<RunFailureDetail | undefined>(error.details?.[0]);
    return {
      failure: {
        type: error.type ?? 'Error',
        message: error.message,
        detail: detail ?? { usage: NO_USAGE, fields: {} },
      },
    };
  }

  async #readEnd(event: HistoryEvent): Promise<void> {
    const {
      workflowExecutionContinuedAsNewEventAttributes: continued,
      workflowExecutionCompletedEventAttributes: finished,
    } = event;
    if (continued) {
      const [, carried] = await this.#decoder.all(continued.input);
      this.recorded.continuedAsNew(fromWire<CarriedConversation>(carried));
    } else if (finished) {
      this.recorded.completed(await this.#decoder.first<ConversationOutcome>(finished.result));
    } else {
      const end = toEnd(event);
      if (end !== undefined) this.recorded.over(end);
    }
  }
}

/** Workflow tasks at the end of a history may be gone when it is read again. */
function isPassing(event: HistoryEvent): boolean {
  const { workflowTaskScheduledEventAttributes: scheduled, workflowTaskStartedEventAttributes: started } =
    event;
  return (scheduled ?? started ?? null) !== null;
}

/** An end that the conversation did not come to by itself. */
function toEnd(event: HistoryEvent): ConversationEnd | undefined {
  const {
    workflowExecutionFailedEventAttributes: failed,
    workflowExecutionTerminatedEventAttributes: terminated,
    workflowExecutionCanceledEventAttributes: cancelled,
    workflowExecutionTimedOutEventAttributes: timedOut,
  } = event;
  if (failed) return { how: 'failed', reason: failed.failure?.message ?? undefined };
  if (terminated) return { how: 'terminated', reason: terminated.reason ?? undefined };
  if (cancelled) return { how: 'cancelled' };
  return timedOut ? { how: 'timed-out' } : undefined;
}
