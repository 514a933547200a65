import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import type {
  CarriedConversation,
  ConversationInput,
  ConversationOutcome,
} from '../../common/conversation-wire';
import { toCarriedConversation, withoutConversationMessages } from '../loop/conversation';
import { continueAsNew, HistoryGrowth } from '../roll-over';
import { WorkerVersion } from '../worker-version';
import { ConversationHost } from './host';
import { completeConversation, openConversation } from './open-conversation';
import { takeTurn } from './take-turn';

/**
 * A conversation: one turn after the other, each a run of an agent on the messages of those before. It goes on from one
 * workflow run to the next, as `carried`, until it is closed. That also takes it to another version of the worker.
 */
export async function runConversation(
  input: ConversationInput,
  carried?: CarriedConversation,
): Promise<ConversationOutcome> {
  const version = new WorkerVersion();
  const host = await open(input, carried);
  const growth = new HistoryGrowth();
  const idle = watchIdle(host);
  for (;;) {
    const isMoving = host.state.running === undefined && version.takeChange();
    if (isMoving || growth.isDue(thresholdOf(host))) await handOn(input, host);
    if (host.isIdle) {
      if (host.state.closing !== undefined) break;
      await host.work(version);
      continue;
    }
    if (host.state.running === undefined) host.begin();
    await takeTurn(host, async () => {
      if (growth.isDue(thresholdOf(host))) await handOn(input, host);
    });
  }
  idle.cancel();
  return toOutcome(host);
}

/** Listens before anything else is awaited: what is sent until then would find no handler. */
async function open(
  { conversation }: ConversationInput,
  carried: CarriedConversation | undefined,
): Promise<ConversationHost> {
  const opened = openConversation(conversation, carried);
  const host = new ConversationHost(opened);
  host.listen();
  const loaded = carried && (await completeConversation(opened, carried));
  if (loaded !== undefined) host.complete(loaded);
  return host;
}

function thresholdOf({ state, run }: ConversationHost) {
  return state.request.rollOver ?? run?.manifest.rollOver;
}

/** Has another workflow run go on; callers who wait ask that one. */
async function handOn(input: ConversationInput, { state, run }: ConversationHost): Promise<void> {
  const whole = toCarriedConversation(state, run, workflowInfo().runId);
  if (whole === undefined) return;
  const light = withoutConversationMessages(whole);
  await continueAsNew({ input, whole, light, room: run?.manifest.room });
}

function toOutcome({ state }: ConversationHost): ConversationOutcome {
  const carried = toCarriedConversation(state, undefined, workflowInfo().runId);
  if (carried === undefined) throw new Error('a conversation closes between turns only');
  const { reason, idle } = state.closing ?? {};
  return {
    closed: idle === true ? 'idle' : 'asked',
    ...(reason === undefined ? {} : { reason }),
    state: withoutClosing(withoutConversationMessages(carried)),
  };
}

/** As it may be opened again. */
function withoutClosing({ closing: _closed, ...state }: CarriedConversation): CarriedConversation {
  return state;
}

/** Closes the conversation when nothing happens in it. One timer for all turns within its time. */
function watchIdle(host: ConversationHost): CancellationScope {
  const scope = new CancellationScope();
  const { idleTimeout } = host.state.request;
  if (idleTimeout !== undefined) {
    void scope.run(() => waitUntilIdle(host, idleTimeout)).catch(() => undefined); // cancelled with the conversation
  }
  return scope;
}

async function waitUntilIdle(host: ConversationHost, idleTimeout: number): Promise<void> {
  for (;;) {
    const left = host.isIdle ? host.lastActive + idleTimeout - Date.now() : idleTimeout;
    if (left <= 0) break;
    await sleep(left);
  }
  host.close({ idle: true });
}
