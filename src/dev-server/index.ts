/** A Temporal server by itself, for development, tests and demos: found or fetched, started, and stopped with the process. */
export { startDevServer } from './start-dev-server';
export type { DevServer, DevServerOptions } from './dev-server';
export { DevServerError } from './dev-server-error';
export type { Binary, BinarySource } from './binary';
