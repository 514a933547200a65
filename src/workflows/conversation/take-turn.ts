import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { OpenTurn, TurnEnd, TurnEntry } from '../../common/conversation-wire';
import { carryOut } from '../carry-out';
import { nextStep, type RunState } from '../loop';
import { requestOf, startTurn } from '../loop/conversation';
import { showStart, showStep } from '../operator-view';
import { resolveAgent } from '../resolve-agent';
import type { ConversationHost } from './host';
import { fromFailure, toCancelled, toCompleted, toFailed } from './turn-end';

/** How a turn ended. */
interface Ending {
  readonly status: TurnEntry['status'];
  readonly end: TurnEnd;
}

/**
 * Takes the turn that is due, from where it stands, to its end. Its agent is resolved when it begins: new code takes
 * effect from turn to turn. `betweenSteps` may have another workflow run go on.
 */
export async function takeTurn(host: ConversationHost, betweenSteps: () => Promise<void>): Promise<void> {
  const turn = host.state.running;
  if (turn === undefined) return;
  const ending = await endingOf(host, turn, betweenSteps);
  await host.end({ turn, state: host.run, ...ending });
}

async function endingOf(
  host: ConversationHost,
  turn: OpenTurn,
  betweenSteps: () => Promise<void>,
): Promise<Ending> {
  try {
    host.run ??= await begin(host, turn);
    return await carryOutAll(host, betweenSteps);
  } catch (error) {
    if (isCancellation(error)) return cancelledEnding(host, turn, error);
    if (error instanceof ApplicationFailure) return { status: 'failed', end: fromFailure(error) };
    throw error;
  }
}

/** A cancellation of the whole conversation ends it; that of its turn ends the turn. */
function cancelledEnding({ run, cancelReason }: ConversationHost, { id }: OpenTurn, error: unknown): Ending {
  if (CancellationScope.current().consideredCancelled) throw error;
  return { status: 'cancelled', end: toCancelled(id, run, cancelReason) };
}

async function begin(host: ConversationHost, turn: OpenTurn): Promise<RunState> {
  const { state } = host;
  const { usageLimits } = state.request;
  const { id, agent } = turn;
  const manifest = await host.cancellable(() =>
    resolveAgent(requestOf(state, turn), {
      turn: { id, ...(agent === undefined ? {} : { agent }) },
      ...(usageLimits?.costLimit === undefined ? {} : { costLimit: usageLimits.costLimit }),
    }),
  );
  const run = startTurn(host.state, turn, manifest);
  if (host.isNew) showStart(run);
  return run;
}

async function carryOutAll(host: ConversationHost, betweenSteps: () => Promise<void>): Promise<Ending> {
  for (let run = host.run; run !== undefined; run = host.run) {
    const state = run;
    const step = nextStep(state);
    showStep(state, step);
    if (step.kind === 'finish') return { status: 'completed', end: toCompleted(state, step.output) };
    if (step.kind === 'fail') return { status: 'failed', end: toFailed(state, step.failure) };
    // Both in the turn's scope: a turn that was cancelled is not handed on, where nobody would know of it.
    host.run = await host.cancellable(async () => {
      await betweenSteps();
      return carryOut(state, step);
    });
  }
  throw new Error('a turn lost its state');
}
