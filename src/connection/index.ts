/** Finding and reaching a Temporal server, the same way for clients and workers. */
export { connect } from './connect';
export { type ConnectionSettings, type ResolvedSettings, resolveSettings } from './settings';
