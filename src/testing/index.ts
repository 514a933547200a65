/** Models for tests and for work without an API key. */
export type { Answer, ScriptedCall } from './answer';
export { functionModel, type FunctionModelOptions, type ModelFunction } from './function-model';
export { offlineModel, type OfflineModelOptions } from './offline-model';
export { type RecordedRequest, type ScriptedModel, scriptedModel, type ScriptEntry } from './scripted-model';
