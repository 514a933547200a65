/** What a workflow bundle needs to run agents; for users with workflows of their own: `export * from 'perdure/workflows'`. */
export { runAgent, runAgent as default } from './agent-workflow';
