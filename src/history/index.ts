/** Reading what a run has recorded, without running any of its code. */
export { readRun } from './read-run';
export { RecordedRun } from './recorded-run';
