import type { Agent } from '../common/agent';
import type { PayloadRoom } from '../common/payload-size';
import type { AgentRegistry } from './agent-registry';
import type { PriceList } from './prices';
import type { SearchAttributeCheck } from './search-attribute-check';
import type { TranscriptCache } from './transcript-cache';

/** What the activities of one worker share. */
export interface Services {
  readonly registry: AgentRegistry;
  readonly cache: TranscriptCache;
  readonly prices: PriceList;
  readonly searchAttributes: SearchAttributeCheck;
  /** How large a value may be that an activity returns. */
  readonly room: PayloadRoom;
}

/** The agent of a run that some worker has started; during a deploy this one may not have it yet. */
export function servedAgent(registry: AgentRegistry, name: string): Agent {
  const served = registry.agent(name);
  if (served === undefined) throw new Error(`this worker does not serve agent '${name}' (yet)`);
  return served;
}
