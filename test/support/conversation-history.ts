// Histories of conversations as a server keeps them, written event by event.
import type { Client } from '@temporalio/client';
import { defaultDataConverter, defaultPayloadConverter, type Payload } from '@temporalio/common';
import { msNumberToTs } from '@temporalio/common/lib/time';
import {
  type CarriedConversation,
  type ConversationOutcome,
  type ConversationRequest,
  REWIND_UPDATE,
  TURN_ENDED_ACTIVITY,
  TURN_UPDATE,
  type TurnEnd,
} from '../../src/common/conversation-wire';
import type { MessageDescriptor } from '../../src/common/transcript';
import { NO_USAGE } from '../../src/common/usage';

/** One minute later with each event. */
const START = Date.UTC(2026, 0, 1);

/** One workflow run. */
export class ConversationHistory {
  readonly events: object[] = [];

  constructor(
    readonly execution: string,
    {
      conversation = {},
      carried,
      continues,
    }: { conversation?: ConversationRequest; carried?: CarriedConversation; continues?: string } = {},
  ) {
    this.#add({
      workflowExecutionStartedEventAttributes: {
        workflowType: { name: 'talker' },
        originalExecutionRunId: execution,
        continuedExecutionRunId: continues ?? '',
        input: payloads({ conversation }, ...(carried === undefined ? [] : [carried])),
      },
    });
  }

  /** Returns the event that tells of it. */
  asked(turnId: string, { prompt = turnId, ...asked }: { prompt?: string; retryOf?: string } = {}): number {
    return this.update(
      TURN_UPDATE,
      { turnId, asked: { digest: 'd', request: { prompt }, ...asked } },
      `${turnId}/d`,
    );
  }

  update(name: string, input: object, updateId = 'an update'): number {
    return this.#add({
      workflowExecutionUpdateAcceptedEventAttributes: {
        protocolInstanceId: updateId,
        acceptedRequest: { meta: { updateId }, input: { name, args: payloads(input) } },
      },
    });
  }

  begun(): this {
    return this.#local('agent.resolve', { model: 'scripted' });
  }

  /** One request, and its answer. */
  said(
    turn: string,
    { base = 0, append, text }: { base?: number; append: readonly MessageDescriptor[]; text: string },
  ): this {
    const transcript = { base: { length: base, version: '' }, append };
    const scheduled = this.#add({
      activityTaskScheduledEventAttributes: {
        activityType: { name: 'model.request' },
        input: payloads({ transcript, turn: { id: turn } }),
      },
    });
    const response = {
      kind: 'response',
      parts: [{ kind: 'text', content: text }],
      usage: { outputTokens: 2 },
    };
    this.#add({
      activityTaskCompletedEventAttributes: {
        scheduledEventId: scheduled,
        result: payloads({ id: text, response }),
      },
    });
    return this;
  }

  loaded(gzip: string, parts: number): this {
    const scheduled = this.#add({
      activityTaskScheduledEventAttributes: {
        activityType: { name: 'transcript.load' },
        input: payloads('source'),
      },
    });
    this.#add({
      activityTaskCompletedEventAttributes: {
        scheduledEventId: scheduled,
        result: payloads({ gzip, parts }),
      },
    });
    return this;
  }

  /** The turn of the update of that event has ended. */
  ended(acceptedEventId: number, end: TurnEnd): this {
    const outcome =
      'outcome' in end
        ? { success: payloads(end.outcome) }
        : {
            failure: {
              message: end.failure.message,
              applicationFailureInfo: { type: end.failure.type, details: payloads(end.failure.detail) },
            },
          };
    this.#add({ workflowExecutionUpdateCompletedEventAttributes: { acceptedEventId, outcome } });
    return this;
  }

  endedAlone(turnId: string, end: TurnEnd): this {
    return this.#local(TURN_ENDED_ACTIVITY, { turnId, end });
  }

  rewound(to: string, left: number): this {
    const accepted = this.update(REWIND_UPDATE, { to });
    this.#add({
      workflowExecutionUpdateCompletedEventAttributes: {
        acceptedEventId: accepted,
        outcome: { success: payloads(left) },
      },
    });
    return this;
  }

  continuedAsNew(carried: CarriedConversation): this {
    this.#add({
      workflowExecutionContinuedAsNewEventAttributes: { input: payloads({ conversation: {} }, carried) },
    });
    return this;
  }

  closed(outcome: ConversationOutcome): this {
    this.#add({ workflowExecutionCompletedEventAttributes: { result: payloads(outcome) } });
    return this;
  }

  terminated(reason: string): this {
    this.#add({ workflowExecutionTerminatedEventAttributes: { reason } });
    return this;
  }

  any(event: object): this {
    this.#add(event);
    return this;
  }

  #local(type: string, result: object): this {
    this.#add({
      markerRecordedEventAttributes: {
        markerName: 'core_local_activity',
        details: { data: payloads({ activity_type: type }), result: payloads(result) },
      },
    });
    return this;
  }

  #add(event: object): number {
    const eventId = this.events.length + 1;
    this.events.push({ eventId, eventTime: msNumberToTs(timeOf(eventId).getTime()), ...event });
    return eventId;
  }
}

function payloads(...values: readonly unknown[]): { payloads: Payload[] } {
  return { payloads: values.map((value) => defaultPayloadConverter.toPayload(value)) };
}

/** The time of an event. */
export function timeOf(eventId: number): Date {
  return new Date(START + eventId * 60_000);
}

export function completed(text: string, tail: readonly MessageDescriptor[] = [{ response: text }]): TurnEnd {
  return { outcome: { output: text, usage: { ...NO_USAGE, requests: 1 }, tail } };
}

export function failed(type: string, message: string, tail?: readonly MessageDescriptor[]): TurnEnd {
  const detail = { usage: NO_USAGE, fields: {}, ...(tail === undefined ? {} : { tail }) };
  return { failure: { type, message, detail } };
}

/** The part of a Temporal client that reading needs; the first of a workflow's histories is its latest. */
export function clientWith(
  histories: Readonly<Record<string, readonly ConversationHistory[]>>,
): Client & { readonly read: string[] } {
  const read: string[] = [];
  const getHandle = (id: string, execution?: string) => ({
    fetchHistory: () => {
      const all = histories[id] ?? [];
      const found = execution === undefined ? all[0] : all.find((history) => history.execution === execution);
      if (found === undefined) {
        return Promise.reject(Object.assign(new Error(`no ${id}`), { name: 'WorkflowNotFoundError' }));
      }
      read.push(found.execution);
      return Promise.resolve({ events: found.events });
    },
  });
  const client = { options: { loadedDataConverter: defaultDataConverter }, workflow: { getHandle }, read };
  return client as unknown as Client & { readonly read: string[] }; // see above
}
