/** Everything of a run that touches the world: models, tools, and what a worker remembers of its runs. */
export { AgentRegistry, type Models } from './agent-registry';
export { createActivities } from './create-activities';
export { type ModelPrice, PriceList, type Prices } from './prices';
export { SearchAttributeCheck } from './search-attribute-check';
export type { Services } from './services';
export { DEFAULT_TRANSCRIPT_CACHE_SIZE, TranscriptCache } from './transcript-cache';
export { rememberRequest } from './transcripts';
