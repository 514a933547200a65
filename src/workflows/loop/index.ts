/** The pure core: what a run does next, from recorded data alone. No await, no Temporal, no clock, no randomness. */
export { fromCarried, toCarried, withLoaded, withoutMessages } from './carry';
export { withCompaction, withCompactionFailure } from './compaction';
export { type CompactStep, nextStep, type RequestModelStep, type Step } from './next-step';
export { withModelFailure, withModelResponse } from './receive-response';
export { type RunFailure } from './failures';
export { withToolOutcomes } from './settle-calls';
export { startRun } from './start-run';
export { addressOf, type JudgedCall, type RunState, type TurnOfConversation, withAllTold } from './state';
export { toReportedOutcome, type ToolOutcome, type ToolOutcomes, toToolOutcome } from './tool-outcome';
