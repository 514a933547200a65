import { defineAgent, dropToolResults, keepLast, type ModelMessage, summarize } from '../../../src';
import { asks, compacted, says, tokensOf } from '../../support/compaction';
import { response, said } from '../../support/messages';

// #region strategies
const support = defineAgent({
  name: 'support',
  model: 'openai:gpt-5-mini',
  compaction: { strategy: summarize({ model: 'openai:gpt-5-nano' }) },
});
const reader = defineAgent({
  name: 'reader',
  model: 'openai:gpt-5-mini',
  compaction: { strategy: dropToolResults({ keepLast: 6 }), contextTokens: 60_000 },
});
const chat = defineAgent({
  name: 'chat',
  model: 'openai:gpt-5-mini',
  compaction: { strategy: keepLast({ messages: 40 }), at: 0.9, target: 0.6 },
});
// #endregion strategies

// #region function
function keepImportant(messages: readonly ModelMessage[]) {
  const recent = messages.length - 10;
  return messages.filter((message, index) => index >= recent || isImportant(message));
}
const clerk = defineAgent({
  name: 'clerk',
  model: 'openai:gpt-5-mini',
  compaction: { strategy: keepImportant },
});
// #endregion function

function isImportant(message: ModelMessage): boolean {
  return JSON.stringify(message).includes('IMPORTANT');
}

const long = Array.from({ length: 60 }, (_, index) =>
  index % 2 === 0 ? asks(100, `IMPORTANT ${index}`) : says(100, `answer ${index}`),
).concat(asks(100, 'now'));

it.each([support, reader, chat, clerk])(
  'the documents show agents that work: $name',
  async ({ compaction }) => {
    const strategy = compaction?.strategy ?? keepLast();
    const answer = response(said('In short.'));
    const outcome = await compacted(strategy, long, { target: 4_000, answer });
    expect(outcome.tokens).toBeLessThanOrEqual(tokensOf(long));
    expect(outcome.messages.at(-1)).toBe(long.at(-1));
  },
);
