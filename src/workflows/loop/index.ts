/** The pure core: what a run does next, from recorded data alone. No await, no Temporal, no clock, no randomness. */
export { nextStep, type Step } from './next-step';
export { withModelFailure, withModelResponse } from './receive-response';
export { type RunFailure } from './failures';
export { withToolOutcomes } from './settle-calls';
export { type JudgedCall, type RunState, startRun } from './state';
export type { ToolOutcome, ToolOutcomes } from './tool-outcome';
