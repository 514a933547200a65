import * as fc from 'fast-check';
import { compact, type CompactionSituation } from '../../../src/activities/compact-messages';
import {
  type CompactionStrategy,
  dropToolResults,
  keepLast,
  summarize,
} from '../../../src/common/compaction';
import type { ModelMessage } from '../../../src/common/messages';
import { messagesSchema } from '../../../src/common/message-schema';
import { repairMessages } from '../../../src/common/repair';
import { estimateTokens } from '../../../src/common/token-estimate';
import { anyTranscript, answersOf } from '../../support/any-transcript';
import { type Messages, response, said } from '../../support/messages';

interface Case {
  readonly messages: Messages;
  readonly strategy: CompactionStrategy<never>;
  readonly target: number;
  /** What a summary would have, in characters. */
  readonly summary: number;
}

const keptFirst = fc.integer({ min: 0, max: 3 });
const keptLast = fc.integer({ min: 1, max: 12 });

const keepLastStrategy = fc.record({ messages: keptLast, keepFirst: keptFirst }).map(keepLast);
const dropStrategy = fc.record({ keepLast: fc.integer({ min: 0, max: 12 }) }).map(dropToolResults);
const summarizeStrategy = fc.record({ keepLast: keptLast, keepFirst: keptFirst }).map(summarize);
const builtIn = fc.oneof(keepLastStrategy, dropStrategy, summarizeStrategy);

function caseWith(strategy: fc.Arbitrary<CompactionStrategy<never>>): fc.Arbitrary<Case> {
  return fc.record({
    messages: anyTranscript,
    strategy,
    target: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 6_000 })),
    summary: fc.integer({ min: 1, max: 20_000 }),
  });
}

const tokensOf = (messages: Messages): number =>
  messages.reduce((sum, message) => sum + estimateTokens(message), 0);

function apply({ messages, strategy, target, summary }: Case) {
  const situation: CompactionSituation = {
    name: "compaction of agent 'a'",
    budget: target * 2,
    target,
    ask: () => Promise.resolve(response(said('s'.repeat(summary)))),
    context: {
      deps: undefined,
      runId: 'run-1',
      conversationId: 'run-1',
      model: 'mine',
      signal: new AbortController().signal,
    },
  };
  return compact(strategy, messages, situation);
}

type Outcome = Awaited<ReturnType<typeof apply>>;

/** Holds for any transcript. */
function expectAlways(
  strategy: fc.Arbitrary<CompactionStrategy<never>>,
  check: (outcome: Outcome, given: Case) => void | Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(caseWith(strategy), async (given) => {
    await check(await apply(given), given);
  });
  return fc.assert(property, { numRuns: 400 });
}

describe('whatever is shortened', () => {
  it('tells the model of each call that stays what it told before, and of no other', () =>
    expectAlways(builtIn, ({ messages }, given) => {
      const before = answersOf(given.messages);
      for (const [call, answer] of answersOf(messages)) {
        expect(`${call}: ${answer}`).toBe(`${call}: ${before.get(call)}`);
      }
    }));

  it('holds no result without its call that had one before', () =>
    expectAlways(builtIn, ({ messages }, given) => {
      const sent = (all: Messages) => results(repairMessages(all)).length;
      const orphans = (all: Messages) => results(all).length - sent(all);
      expect(orphans(messages)).toBeLessThanOrEqual(orphans(given.messages));
    }));

  it('keeps its last message', () =>
    expectAlways(builtIn, ({ messages, kept }, given) => {
      expect(messages.at(-1)).toBe(given.messages.at(-1));
      expect(given.messages.length === 0 || kept > 0).toBe(true);
    }));

  it('keeps its first messages', () =>
    expectAlways(fc.oneof(keepLastStrategy, summarizeStrategy), ({ messages }, given) => {
      const { strategy } = given;
      const first = 'keepFirst' in strategy ? strategy.keepFirst : 0;
      expect(messages.slice(0, first)).toEqual(given.messages.slice(0, first));
    }));

  it('begins with a request when it did before', () =>
    expectAlways(builtIn, ({ messages }, given) => {
      const begins = (all: Messages) => all[0]?.kind === 'request';
      expect(begins(messages) || !begins(given.messages)).toBe(true);
    }));

  it('is in order', () =>
    expectAlways(builtIn, ({ messages }, given) => {
      const positions = messages.map((message) => given.messages.indexOf(message)).filter((at) => at >= 0);
      expect(positions).toEqual(positions.toSorted((left, right) => left - right));
    }));

  it('has no more tokens than before', () =>
    expectAlways(builtIn, ({ messages, tokens }, given) => {
      expect(tokensOf(messages)).toBeLessThanOrEqual(tokensOf(given.messages));
      expect(tokens).toBe(tokensOf(messages));
    }));

  it('is as it was when it is short enough', () =>
    expectAlways(builtIn, async (_, given) => {
      const outcome = await apply({ ...given, target: tokensOf(given.messages) });
      expect(outcome.messages).toBe(given.messages);
      expect(outcome).toMatchObject({ dropped: [], kept: given.messages.length });
      expect(outcome).not.toHaveProperty('usage');
    }));

  it('is not shortened a second time', () =>
    expectAlways(builtIn, async ({ messages }, given) => {
      const again = await apply({ ...given, messages });
      expect(again.messages).toEqual(messages);
    }));

  it('says exactly what is not there any more in full', () =>
    expectAlways(builtIn, ({ messages, dropped }, { messages: given }) => {
      const isDropped = (index: number) => dropped.some(([from, to]) => from <= index && index < to);
      const stayed = given.filter((_, index) => !isDropped(index));
      expect(messages.filter((message) => given.includes(message))).toEqual(stayed);
      const edges = dropped.flat();
      expect(edges).toEqual([...new Set(edges)].sort((left, right) => left - right));
      expect(edges.every((edge) => edge >= 0 && edge <= given.length)).toBe(true);
    }));

  it('leaves what it was given as it was', () =>
    expectAlways(builtIn, async (_, given) => {
      const before = JSON.stringify(given.messages);
      await apply(given);
      expect(JSON.stringify(given.messages)).toBe(before);
    }));

  it('can be read again as messages of an earlier run', () =>
    expectAlways(builtIn, ({ messages }) => {
      expect(messagesSchema.parse(messages)).toEqual(messages);
    }));
});

function results(messages: readonly ModelMessage[]) {
  const parts = messages.flatMap((message) => (message.kind === 'request' ? message.parts : []));
  return parts.filter((part) => 'toolCallId' in part && !JSON.stringify(part).includes('interrupted'));
}
