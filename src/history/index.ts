/** Reading what a run, or a conversation, has recorded, without running any of its code. */
export type { Compaction } from './compaction';
export type { ConversationEnd } from './conversation-events';
export type { Execution } from './fetch-events';
export type { Recorded } from './read-events';
export { type Reach, readConversation } from './read-conversation';
export { readExecution, readRun } from './read-run';
export type { PlacedTurn } from './placed-turns';
export { RecordedConversation } from './recorded-conversation';
export { RecordedRun } from './recorded-run';
export { isOpen, statusOf } from './recorded-turns';
