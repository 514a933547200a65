import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { readRun } from '../../../src/history';
import type {
  BegunRun,
  ModelRequestInput,
  ModelRequestResult,
  RunOutcome,
  ToolCallContext,
} from '../../../src/common/wire';
import { NO_USAGE } from '../../../src/common/usage';
import { toManifest } from '../loop/run-script';

type Events = readonly object[];

/** A codec that writes its name in front of each payload, and wants to find it there. */
function naming(name: string): PayloadCodec {
  const mark = Buffer.from(name);
  const change = (payloads: Payload[], data: (old: Uint8Array) => Uint8Array): Promise<Payload[]> =>
    Promise.resolve(
      payloads.map((payload) => ({ ...payload, data: data(payload.data ?? new Uint8Array()) })),
    );
  return {
    encode: (payloads) => change(payloads, (old) => Buffer.concat([mark, old])),
    decode: (payloads) =>
      change(payloads, (old) => {
        if (!Buffer.from(old).subarray(0, mark.length).equals(mark)) {
          throw new Error(`'${name}' did not write this`);
        }
        return old.subarray(mark.length);
      }),
  };
}

const CODECS = [naming('inner'), naming('outer')];

/** A history as a server keeps it: values as payloads, encoded by both codecs. */
async function payloadsOf(...values: readonly unknown[]): Promise<{ payloads: Payload[] }> {
  let payloads = values.map((value) => defaultPayloadConverter.toPayload(value));
  for (const codec of CODECS) payloads = await codec.encode(payloads);
  return { payloads };
}

/** The part of a Temporal client that reading needs. */
function clientWith(events: Events): Client {
  const loadedDataConverter = { payloadConverter: defaultPayloadConverter, payloadCodecs: CODECS };
  const getHandle = () => ({ fetchHistory: () => Promise.resolve({ events }) });
  return { options: { loadedDataConverter }, workflow: { getHandle } } as unknown as Client; // see above
}

const response = {
  kind: 'response',
  parts: [{ kind: 'tool-call', toolName: 'add', args: '{}', toolCallId: 'a' }],
  usage: { outputTokens: 2 },
} as const;

const ASKED: ModelRequestInput = {
  transcript: { base: { length: 0, version: '' }, append: [{ input: true }] },
};
const ANSWERED: ModelRequestResult = { id: 'r1', response };
const CALL: ToolCallContext = {
  toolCallId: 'a',
  step: 1,
  usage: { requests: 1 },
  transcript: { length: 2, version: 'v' },
};

async function historyOfOneCall(): Promise<object[]> {
  return [
    { eventId: 1, workflowExecutionStartedEventAttributes: { input: await payloadsOf('Add.') } },
    {
      eventId: 5,
      activityTaskScheduledEventAttributes: {
        activityType: { name: 'model.request' },
        input: await payloadsOf(ASKED),
      },
    },
    { eventId: 6, activityTaskStartedEventAttributes: { scheduledEventId: 5 } },
    {
      eventId: 7,
      activityTaskCompletedEventAttributes: { scheduledEventId: 5, result: await payloadsOf(ANSWERED) },
    },
    {
      eventId: 11,
      activityTaskScheduledEventAttributes: {
        activityType: { name: 'add' },
        input: await payloadsOf({}, CALL),
      },
    },
    {
      eventId: 13,
      activityTaskCompletedEventAttributes: {
        scheduledEventId: 11,
        result: await payloadsOf({ id: 'p1', content: 3 }),
      },
    },
  ];
}

const returned = { kind: 'tool-return', toolName: 'add', toolCallId: 'a', content: 3, outcome: 'success' };

describe('the history of a run', () => {
  it('is read event by event, through the codecs of its client', async () => {
    const run = await readRun(clientWith(await historyOfOneCall()), 'run');
    expect(run.request).toEqual({ prompt: 'Add.' });
    expect(run.usage).toEqual({ ...NO_USAGE, requests: 1, toolCalls: 1, outputTokens: 2, totalTokens: 2 });
    expect(run.messagesSoFar()).toEqual([
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Add.' }] },
      response,
      { kind: 'request', parts: [returned] },
    ]);
  });

  it('tells of an end what was said last', async () => {
    const outcome: RunOutcome = {
      output: 3,
      usage: NO_USAGE,
      tail: [{ response: 'r1' }, { request: [{ result: 'p1' }] }],
    };
    const events = [
      ...(await historyOfOneCall()),
      { eventId: 17, workflowExecutionCompletedEventAttributes: { result: await payloadsOf(outcome) } },
    ];
    const run = await readRun(clientWith(events), 'run');
    expect(run.messages).toHaveLength(3);
    expect(run.messagesSoFar()).toEqual(run.messages);
  });

  it('tells of a failure what was said last, and of one that tells nothing what came', async () => {
    const events = await historyOfOneCall();
    const failedWith = async (detail: unknown): Promise<object> => ({
      workflowExecutionFailedEventAttributes: {
        failure: { applicationFailureInfo: { details: await payloadsOf(detail) } },
      },
    });
    const limit = await readRun(
      clientWith([...events, await failedWith({ usage: NO_USAGE, tail: [], fields: {} })]),
      'run',
    );
    expect(limit.messagesSoFar()).toHaveLength(1);
    const foreign = await readRun(clientWith([...events, await failedWith({ any: 'thing' })]), 'run');
    expect(foreign.messagesSoFar()).toHaveLength(3);
  });

  it.each<[string, BegunRun, number]>([
    ['with its answer', { manifest: toManifest(), answer: ANSWERED }, 1],
    ['which was not asked yet', { manifest: toManifest() }, 0],
    ['with its answer alone', { answer: ANSWERED }, 1],
    ['which came to nothing', {}, 0],
  ])('knows a model request that begins the run, %s', async (_what, begun, requests) => {
    const events = await historyOfOneCall();
    const bounds = { timeout: 1, maximumAttempts: 1, heartbeatTimeout: 1 };
    const input = await payloadsOf({ ...ASKED, begin: bounds } satisfies ModelRequestInput);
    const first = [
      {
        eventId: 5,
        activityTaskScheduledEventAttributes: { activityType: { name: 'model.request' }, input },
      },
      {
        eventId: 7,
        activityTaskCompletedEventAttributes: { scheduledEventId: 5, result: await payloadsOf(begun) },
      },
    ];
    const run = await readRun(clientWith([...events.slice(0, 1), ...first]), 'run');
    expect(run.usage.requests).toBe(requests);
    expect(run.messagesSoFar()).toEqual([
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Add.' }] },
      ...(requests === 0 ? [] : [response]),
    ]);
  });

  it('tells why a run was cancelled', async () => {
    const events = [
      ...(await historyOfOneCall()),
      { workflowExecutionCancelRequestedEventAttributes: { cause: 'too slow' } },
    ];
    expect((await readRun(clientWith(events), 'run')).cancelReason).toBe('too slow');
  });

  it('has local activities in markers: what the start was planned to be, and what local tools returned', async () => {
    const local = async (type: string, result: unknown): Promise<object> => ({
      markerRecordedEventAttributes: {
        markerName: 'core_local_activity',
        details: { data: await payloadsOf({ activity_type: type }), result: await payloadsOf(result) },
      },
    });
    const asked = { messageHistory: [{ kind: 'request', parts: [] }, response] };
    const events = [
      { eventId: 1, workflowExecutionStartedEventAttributes: { input: await payloadsOf(asked) } },
      await local('agent.resolve', { start: { kind: 'decide', history: 2, answer: { response } } }),
      await local('add', { id: 'p1', content: 3, toolCallId: 'a' }),
    ];
    const run = await readRun(clientWith(events), 'run');
    expect(run.messagesSoFar().slice(2)).toEqual([{ kind: 'request', parts: [returned] }]);
    expect(run.usage.toolCalls).toBe(1);
  });
});
