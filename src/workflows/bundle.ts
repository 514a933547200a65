/** What this package's bundle is made of. Every workflow type, that is every agent, is served by the default export. */
export { runAgent as default } from './agent-workflow';
