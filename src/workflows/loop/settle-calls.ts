import { addUsage } from '../../common/usage';
import { judgeRound } from './end-strategy';
import { toOutput } from './output';
import { countRetries } from './retries';
import { type JudgedCall, type RunState, withFailure, withMessage, withPhase } from './state';
import { type SettledPart, toSettledPart } from './settled-part';
import { isSuccess, type ToolOutcomes } from './tool-outcome';

/** The state after the tool calls of a response were carried out. */
export function withToolOutcomes(state: RunState, outcomes: ToolOutcomes): RunState {
  if (state.phase.kind !== 'calling') {
    throw new Error(`tool outcomes do not fit the phase '${state.phase.kind}'`);
  }
  const { calls } = state.phase;
  const counted = {
    ...state,
    usage: addUsage(state.usage, { toolCalls: outcomes.filter(isSuccess).length }),
  };
  const failed = outcomes.find((outcome) => outcome?.kind === 'failure');
  if (failed !== undefined) return withFailure(withCompletedParts(counted, calls, outcomes), failed.failure);
  return withRound(counted, calls, outcomes);
}

function withRound(state: RunState, calls: readonly JudgedCall[], outcomes: ToolOutcomes): RunState {
  const round = judgeRound(calls, outcomes);
  const settled = withParts(
    state,
    calls.map((judged) => toSettledPart(judged, outcomes, round)),
  );
  if (round.final !== undefined) {
    const { call, verdict } = round.final;
    return withPhase(settled, { kind: 'finished', output: toOutput(verdict, call.args) });
  }
  const { retries, failure } = countRetries(settled, calls, outcomes);
  return failure !== undefined
    ? withFailure(settled, failure)
    : withPhase({ ...settled, retries }, { kind: 'requesting' });
}

function withParts(state: RunState, settled: readonly SettledPart[]): RunState {
  const request = settled.map(({ descriptor }) => descriptor);
  return withMessage(state, { request }, { kind: 'request', parts: settled.map(({ part }) => part) });
}

/** Keeps what the finished calls of a failed round returned. */
function withCompletedParts(state: RunState, calls: readonly JudgedCall[], outcomes: ToolOutcomes): RunState {
  const settled: SettledPart[] = [];
  for (const { position } of calls) {
    const outcome = outcomes[position];
    if (outcome?.kind === 'result') {
      settled.push({ descriptor: { result: outcome.result.id }, part: outcome.part });
    }
  }
  return settled.length === 0 ? state : withParts(state, settled);
}
