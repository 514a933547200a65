import { setTimeout as sleep } from 'node:timers/promises';
import { CANCEL_TURN_UPDATE, type CancelTurnInput } from '../common/conversation-wire';
import { NoWorkerError, RunTimedOutError } from '../common/errors';
import type { RunOutcome } from '../common/wire';
import { NO_USAGE } from '../common/usage';
import { Asking } from './asking';
import { pauses } from './conversation-workflow';
import { describeMissing, isWaitingForWorker } from './missing-worker';
import { pause } from './pause';
import { toReason } from './run-handle';
import type { ParsedWait } from './run-options';
import { toSetback } from './server-errors';
import { createStop } from './stop';
import type { TurnCall } from './turn-call';
import { saidUntil } from './turn-messages';
import { NO_WORKER_WARNING_AFTER } from './worker-watch';

/** Waits for what a turn leads to. @throws what it failed with, or was refused with, or that the waiting ended. */
export function waitForEnd(call: TurnCall, wait: ParsedWait): Promise<RunOutcome> {
  return waitFor(call, wait, (stop) => call.outcome(stop));
}

/** Waits until a turn is taken. */
export function waitUntilTaken(call: TurnCall, wait: ParsedWait): Promise<void> {
  return waitFor(call, wait, (stop) => call.take(stop));
}

async function waitFor<Result>(
  call: TurnCall,
  { timeout, waitForWorker, signal }: ParsedWait,
  work: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { client } = call.workflow;
  const stop = createStop();
  const asking = new Asking(client, stop.signal);
  const cancel = (): void => void cancelTurn(call, toReason(signal?.reason), stop.signal);
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel);
  try {
    const waits: Promise<Result>[] = [
      client.withAbortSignal(stop.signal, () => work(stop.signal)),
      watchForWorker(call, waitForWorker, asking),
    ];
    if (timeout !== undefined) waits.push(timeOut(call, timeout, stop.signal));
    return await Promise.race(waits);
  } finally {
    stop.abort();
    await asking.idle();
    signal?.removeEventListener('abort', cancel);
  }
}

/** The turn may be on its way to the conversation, which then does not know it yet. */
async function cancelTurn(call: TurnCall, reason: string, stop: AbortSignal): Promise<void> {
  const { turnId, workflow } = call;
  const input: CancelTurnInput = { turnId, reason };
  for (const duration of pauses()) {
    if (stop.aborted) return;
    try {
      const update = await workflow.update<CancelTurnInput, void>(CANCEL_TURN_UPDATE, input);
      return await update.result();
    } catch (error) {
      // Whoever waits for the turn learns of everything else.
      const setback = toSetback(error);
      const isEarly =
        setback.kind === 'absent' || (setback.kind === 'refused' && setback.refusal.kind === 'unknown-turn');
      if (!isEarly && setback.kind !== 'interrupted' && setback.kind !== 'cut-off') return;
    }
    await sleep(duration, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function watchForWorker(
  call: TurnCall,
  waitForWorker: number | undefined,
  asking: Asking,
): Promise<never> {
  const stop = asking.signal;
  const first = Math.min(waitForWorker ?? NO_WORKER_WARNING_AFTER, NO_WORKER_WARNING_AFTER);
  await pause(first, stop);
  if (waitForWorker !== first && (await asking.ask(() => isUntouched(call)))) {
    const message = await asking.ask(() => describeUntouched(call, first));
    if (!stop.aborted) process.emitWarning(message, 'PerdureNoWorkerWarning');
  }
  if (waitForWorker === undefined) return pause(undefined, stop);
  await pause(waitForWorker - first, stop);
  while (!(await asking.ask(() => isUntouched(call)))) {
    await pause(call.isTaken ? FOR_EVER : LOOKING_AGAIN, stop);
  }
  const { id, target } = call.workflow;
  const { agent, taskQueue } = target;
  throw new NoWorkerError(await asking.ask(() => describeUntouched(call, waitForWorker)), {
    runId: `${id}/${call.turnId}`,
    agent,
    taskQueue,
  });
}

/** In milliseconds. */
const LOOKING_AGAIN = 1_000;
const FOR_EVER = 2 ** 31 - 1;

/** Neither taken by a worker, nor kept back by a conversation that takes no more at once. */
async function isUntouched({ isTaken, isAsked, workflow }: TurnCall): Promise<boolean> {
  return isTaken || isAsked ? isAsked : isWaitingForWorker(workflow);
}

function describeUntouched({ workflow, turnId, sent }: TurnCall, waited: number): Promise<string> {
  const done = sent.input.asked === undefined ? 'answered for' : 'taken';
  return describeMissing(workflow, { what: `${done} turn '${turnId}'`, waited });
}

async function timeOut(call: TurnCall, timeout: number, stop: AbortSignal): Promise<never> {
  await pause(timeout, stop);
  const { workflow, turnId, isTaken } = call;
  const { id } = workflow;
  const recorded = await workflow.readIfBegun('last');
  const state = isTaken
    ? `It goes on: turn('${turnId}') finds it.`
    : 'No worker has taken it yet; one that comes will. Sent again, with the same turnId, it is still one turn.';
  throw new RunTimedOutError(
    `turn '${turnId}' of conversation '${id}' did not finish within ${timeout / 1000} s. ${state}`,
    {
      runId: `${id}/${turnId}`,
      workflowId: id,
      usage: recorded?.turns.find(turnId)?.usage ?? NO_USAGE,
      messages: recorded === undefined ? [] : saidUntil(recorded, turnId).messagesSoFar(),
      stillRunning: true,
    },
  );
}
