/**
 * For users with workflows of their own, who add to their file `export { runAgent as default } from 'perdure/workflows'`:
 * the default export serves every workflow type that the file does not export, that is, every agent.
 */
export { runAgent } from './agent-workflow';
