import { addUsage } from '../../common/usage';
import { judgeRound } from './end-strategy';
import { toOutput } from './output';
import { countRetries } from './retries';
import { stub, toSettledPart, TOOL_BEYOND_LIMIT } from './settled-part';
import { type JudgedCall, type RunState, withFailure, withMessage, withPhase } from './state';
import { isSuccess, type SettledPart, type ToolOutcomes } from './tool-outcome';

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
  if (failed !== undefined) {
    const answers = outcomes.flatMap((outcome) => (outcome?.kind === 'answer' ? [outcome.answer] : []));
    return withFailure(withAnswers(counted, answers, outcomes), failed.failure);
  }
  return withRound(counted, calls, outcomes);
}

/** The state after none of the calls of a response may be carried out. */
export function withCallsRefused(state: RunState, calls: readonly JudgedCall[]): RunState {
  if (state.manifest.onLimit !== 'final-answer') return state;
  const refused = calls.map(({ call }): SettledPart => {
    const part = stub(call, TOOL_BEYOND_LIMIT);
    return { descriptor: part, part };
  });
  return withParts(state, refused);
}

function withRound(state: RunState, calls: readonly JudgedCall[], outcomes: ToolOutcomes): RunState {
  const { manifest, retries: used } = state;
  const round = judgeRound(manifest.endStrategy ?? 'graceful', calls, outcomes);
  const outputRetryLeft = used.output < manifest.outputRetries;
  const settled = withAnswers(
    state,
    calls.map((judged) => toSettledPart(judged, outcomes, { ...round, outputRetryLeft })),
    outcomes,
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

/** Appends the answers, in the order of the calls, and behind them what tools want read as the user's words. */
function withAnswers(state: RunState, answers: readonly SettledPart[], outcomes: ToolOutcomes): RunState {
  const contents = outcomes.flatMap((outcome) =>
    outcome?.kind === 'answer' && outcome.content !== undefined ? [outcome.content] : [],
  );
  return withParts(state, [...answers, ...contents]);
}

function withParts(state: RunState, settled: readonly SettledPart[]): RunState {
  if (settled.length === 0) return state;
  const request = settled.map(({ descriptor }) => descriptor);
  return withMessage(state, { request }, { kind: 'request', parts: settled.map(({ part }) => part) });
}
