// Compiled, never run: what must compile, and, below each `@ts-expect-error`, what must not.
import { z } from 'zod';
import {
  type CompactionContext,
  type CompactionFunction,
  type CompactionOptions,
  defineAgent,
  dropToolResults,
  keepLast,
  type Model,
  summarize,
} from '../../src';

const agent = { name: 'a', model: 'openai:gpt-5-mini' } as const;
const deps = z.object({ url: z.string() });

declare const model: Model;

defineAgent({ ...agent, compaction: { strategy: keepLast() } });
defineAgent({ ...agent, compaction: { strategy: dropToolResults({ keepLast: 4 }), contextTokens: 32_000 } });
defineAgent({ ...agent, compaction: { strategy: summarize({ model }), at: 0.7, target: 0.4 } });
defineAgent({ ...agent, compaction: { strategy: (messages) => messages.slice(-20) } });
defineAgent({ ...agent, compaction: { strategy: async (messages) => Promise.resolve(messages) } });

/* The function is given the deps that the agent has. */

defineAgent({
  ...agent,
  deps,
  compaction: { strategy: (messages, context) => (context.deps.url === '' ? [] : messages) },
});

defineAgent({
  ...agent,
  deps,
  // @ts-expect-error there is no `user` among the deps
  compaction: { strategy: (messages, context) => (context.deps.user === '' ? [] : messages) },
});

declare const needsUrl: CompactionFunction<{ url: string }>;
defineAgent({ ...agent, deps, compaction: { strategy: needsUrl } });
// @ts-expect-error the function needs deps, and this agent has none
defineAgent({ ...agent, compaction: { strategy: needsUrl } });

/* What needs nothing fits any agent. */

declare const needsNothing: CompactionFunction;
defineAgent({ ...agent, deps, compaction: { strategy: needsNothing } });
export const shared: CompactionOptions = { strategy: needsNothing };
defineAgent({ ...agent, deps, compaction: shared });
export const tokensOf = ({ tokens, budget, target }: CompactionContext): number => tokens / (budget - target);

/* Mistakes. */

// @ts-expect-error a strategy says how
defineAgent({ ...agent, compaction: {} });

// @ts-expect-error a maker is called
defineAgent({ ...agent, compaction: { strategy: keepLast } });

// @ts-expect-error a function returns messages
defineAgent({ ...agent, compaction: { strategy: () => 'short' } });

// @ts-expect-error the option is called `messages`
keepLast({ keepLast: 20 });
