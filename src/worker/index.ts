/** Serving agents: a worker of ours, or a plugin for one of yours. */
export { createWorker, type CreateWorkerOptions } from './create-worker';
export type { DeploymentOptions } from './deployment';
export { perdurePlugin, type PluginOptions } from './plugin';
export type { ModelPrice, Models, Prices } from '../activities';
export type { ConnectionSettings } from '../connection';
