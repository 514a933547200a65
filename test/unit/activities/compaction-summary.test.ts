import * as fc from 'fast-check';
import { compact } from '../../../src/activities/compact-messages';
import { summarize } from '../../../src/common/compaction';
import { ModelRequestError } from '../../../src/common/errors';
import { repairMessages } from '../../../src/common/repair';
import { anyTranscript } from '../../support/any-transcript';
import { asks, compacted, says, step, text, tokensOf } from '../../support/compaction';
import { calls, type Messages, request, response, retry, returned, said, user } from '../../support/messages';

const task = asks(10, 'the task');
const talk = [task, says(200, 'first'), asks(200, 'second'), says(10), asks(10, 'third'), says(10), asks(10)];

const HEADING =
  'Summary of the earlier conversation, which was removed to save space. It is no new request; go on from here.';

const summaryOf = (words: string) => request(user(`${HEADING}\n\n${words}`));

describe('summarize', () => {
  it('puts a summary between the task and the last messages', async () => {
    const { messages } = await compacted(summarize({ keepLast: 3 }), talk, { target: 300 });
    expect(messages).toEqual([task, summaryOf('In short.'), ...talk.slice(4)]);
  });

  it('gives the usage of the request for it', async () => {
    const usage = { inputTokens: 400, outputTokens: 20, cost: 0.01 };
    const answer = { ...response(said('In short.')), usage };
    expect(await compacted(summarize({ keepLast: 3 }), talk, { target: 300, answer })).toMatchObject({
      usage,
    });
  });

  it('becomes one request with the task when it is sent: first the task', async () => {
    const messages = [task, ...step('a', 300), ...step('b', 50)];
    const { messages: sent } = await compacted(summarize({ keepLast: 2 }), messages, { target: 200 });
    expect(repairMessages(sent)).toEqual([
      request(user(text(10, 'the task')), user(`${HEADING}\n\nIn short.`)),
      ...messages.slice(3),
    ]);
  });

  it('has no task before it when the first message need not stay', async () => {
    const { messages } = await compacted(summarize({ keepLast: 3, keepFirst: 0 }), talk, { target: 300 });
    expect(messages).toEqual([summaryOf('In short.'), ...talk.slice(4)]);
  });

  it('follows what the user asked last, when only tools have spoken since', async () => {
    const messages = [task, says(200), asks(50, 'now this'), ...step('a', 300), ...step('b', 50)];
    const { messages: sent, dropped } = await compacted(summarize({ keepLast: 2 }), messages, {
      target: 250,
    });
    expect(sent).toEqual([task, messages[2], summaryOf('In short.'), ...messages.slice(5)]);
    expect(dropped).toEqual([
      [1, 2],
      [3, 5],
    ]);
  });

  it('leaves room for itself: fewer messages stay than without', async () => {
    const long = [task, ...Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? says(50) : asks(50)))];
    const { messages } = await compacted(summarize(), long, { target: 500 });
    expect(messages).toHaveLength(2 + 7); // 500, less 100 for the summary and 10 for the task
  });

  it('takes an earlier summary in, and is the only one', async () => {
    const messages = [task, summaryOf('It began.'), ...talk.slice(1)];
    const { messages: sent, asked } = await compacted(summarize({ keepLast: 3 }), messages, { target: 300 });
    expect(sent).toEqual([task, summaryOf('In short.'), ...talk.slice(4)]);
    expect(asked[0]?.material).toContain('It began.');
  });

  it.each<{ what: string; messages: Messages }>([
    { what: 'little was said', messages: [task, says(50), asks(50), says(10), asks(900)] },
    { what: 'all that could go is a summary', messages: [task, summaryOf(text(300)), says(10), asks(900)] },
    { what: 'all stays', messages: [task, asks(900)] },
  ])('asks no model when $what', async ({ messages }) => {
    const outcome = await compacted(summarize({ keepLast: 2 }), messages, { target: 300 });
    expect(outcome).toMatchObject({ messages, dropped: [], asked: [] });
    expect(outcome).not.toHaveProperty('usage');
  });
});

describe('the request for a summary', () => {
  it('holds what is dropped as one text, and the task that it matters for', async () => {
    const messages = [
      task,
      response({ kind: 'thinking', content: 'Hm.' }, said('Let me see.'), calls('a', 'look', '{"page":3}')),
      request({ ...returned('a', { found: text(200) }), outcome: 'failed' }, user('an image')),
      response(calls('b', 'look', { page: 4 }), {
        kind: 'provider-item',
        providerName: 'x',
        item: { type: 'web_search_call' },
      }),
      request(retry('b'), { kind: 'retry-prompt', content: [{ path: 'page', message: 'is no number' }] }),
      ...talk.slice(3),
    ];
    const { asked } = await compacted(summarize({ keepLast: 4 }), messages, { target: 300, budget: 4_000 });
    expect(asked[0]?.material).toBe(
      `<task>
User: ${text(10, 'the task')}
</task>

<conversation>
Assistant, thinking: Hm.
Assistant: Let me see.
Call of look: {"page":3}

Result of add (failed): {"found":"${text(200)}"}
User: an image

Call of look: {"page":4}
Assistant: [web_search_call]

Asked to try again (add): again
Asked to try again: page: is no number
</conversation>`,
    );
  });

  it('names files and long addresses, and sends none of their content', async () => {
    const content = [
      { kind: 'text' as const, text: 'Look:' },
      {
        kind: 'binary' as const,
        mediaType: 'application/pdf',
        data: 'aGVsbG8='.repeat(100),
        fileName: 'bill.pdf',
      },
      { kind: 'binary' as const, mediaType: 'image/png', data: 'aGVsbG8=' },
      { kind: 'image-url' as const, url: `data:image/png;base64,${'a'.repeat(5_000)}` },
    ];
    const messages = [task, request({ kind: 'user-prompt', content }), ...talk.slice(1)];
    const { asked } = await compacted(summarize({ keepLast: 3 }), messages, { target: 300, budget: 10_000 });
    expect(asked[0]?.material).toContain(
      "User: Look:\n[application/pdf 'bill.pdf']\n[image/png]\n[image-url data:image/png;base64,aaa",
    );
    expect(asked[0]?.tokens).toBeLessThan(1_000);
  });

  it('says what a summary is for, and how long it may be', async () => {
    const { asked } = await compacted(summarize({ keepLast: 3 }), talk, { target: 400 });
    expect(asked[0]?.instructions).toMatch(/names, numbers, ids.*\n(.*\n)*.*Write at most 60 words\./);
  });

  it('asks for what the agent wants kept, in place of our words', async () => {
    const strategy = summarize({ keepLast: 3, instructions: 'Keep the part numbers.', maxTokens: 2_000 });
    const { asked } = await compacted(strategy, talk, { target: 300 });
    expect(asked[0]?.instructions).toContain('Keep the part numbers.');
    expect(asked[0]?.instructions).not.toContain('names, numbers, ids');
  });

  it('is cut to what fits: results of tools go first, the oldest before the others', async () => {
    const messages = [
      task,
      asks(100, 'a remark'),
      ...step('a', 900),
      ...step('b', 900),
      ...step('c', 100),
      asks(10),
    ];
    const { asked } = await compacted(summarize({ keepLast: 1 }), messages, { target: 300, budget: 2_000 });
    const [{ material, tokens } = { material: '', tokens: NaN }] = asked;
    expect(tokens).toBeLessThanOrEqual(1_500);
    expect(material).toContain('Result of add: [left out here: about 900 tokens]');
    expect(material).toContain(`Result of add: ${text(900, 'b')}`);
    expect(material).toContain(text(100, 'a remark'));
  });

  it('is cut in its middle when even that is too long: the beginning may be a summary, the end is what matters', async () => {
    const messages = [
      task,
      summaryOf('It began.'),
      ...Array.from({ length: 40 }, () => asks(100)),
      says(100, 'the end'),
      asks(10),
    ];
    const { asked } = await compacted(summarize({ keepLast: 1 }), messages, { target: 300, budget: 2_000 });
    const [{ material, tokens } = { material: '', tokens: NaN }] = asked;
    expect(tokens).toBeLessThanOrEqual(1_500);
    expect(tokens).toBeGreaterThan(1_300);
    expect(material).toContain('It began.');
    expect(material).toContain('the end');
    expect(material).toMatch(/\[… \d+ characters left out …\]/);
  });

  it('keeps to what its own model takes, where that is less', async () => {
    const messages = [task, ...Array.from({ length: 40 }, () => asks(100)), says(10), asks(10)];
    const { asked } = await compacted(summarize({ keepLast: 2 }), messages, {
      target: 500,
      budget: 100_000,
      askBudget: 2_000,
    });
    expect(asked[0]?.tokens).toBeLessThanOrEqual(1_500);
  });

  it('leaves room for the answer that it may get', async () => {
    const messages = [task, ...Array.from({ length: 40 }, () => asks(100)), says(10), asks(10)];
    const strategy = summarize({ keepLast: 2, maxTokens: 1_000 });
    const { asked } = await compacted(strategy, messages, { target: 500, budget: 2_000 });
    expect(asked[0]?.tokens).toBeLessThanOrEqual(1_000);
  });

  it('fits by what the provider counts: where that is twice the estimate, half as much is sent', async () => {
    const messages = [task, ...Array.from({ length: 40 }, () => asks(100)), says(10), asks(10)];
    const counted = { target: 500, budget: 4_000, tokens: 2 * tokensOf(messages) };
    const { asked } = await compacted(summarize({ keepLast: 2 }), messages, counted);
    expect(asked[0]?.tokens).toBeLessThanOrEqual(1_500);
  });

  it('fits, whatever is summarized', () =>
    fc.assert(
      fc.asyncProperty(anyTranscript, fc.integer({ min: 1_200, max: 8_000 }), async (messages, budget) => {
        const { asked } = await compacted(summarize({ keepLast: 2 }), messages, { target: 100, budget });
        expect(asked.every(({ tokens }) => tokens <= budget * 0.75)).toBe(true);
      }),
      { numRuns: 400 },
    ));
});

describe('a summary', () => {
  it('that is too long loses its middle', async () => {
    const answer = response(said(text(1_000, 'beginning').replace(/....$/, ' end')));
    const { messages, tokens } = await compacted(summarize({ keepLast: 3 }), talk, { target: 300, answer });
    const summary = JSON.stringify(messages[1]);
    expect(summary).toMatch(/beginning.* characters left out .* end"/);
    expect(tokens).toBeLessThanOrEqual(300);
  });

  it('never has more tokens than what it stands for', async () => {
    const messages = [task, says(250), asks(10), says(10), asks(10)];
    const answer = response(said(text(3_000)));
    const outcome = await compacted(summarize({ keepLast: 3 }), messages, { target: 289, answer });
    expect(outcome.tokens).toBeLessThanOrEqual(tokensOf(messages));
    expect(outcome.dropped).toEqual([[1, 2]]);
  });

  it('is cut to what is left by what the provider counts', async () => {
    const answer = response(said(text(1_000)));
    const counted = { target: 600, tokens: 2 * tokensOf(talk), answer };
    const { tokens } = await compacted(summarize({ keepLast: 3 }), talk, counted);
    expect(tokens).toBeLessThanOrEqual(600);
    expect(tokens).toBeGreaterThan(560);
  });

  it('is never longer than what it stands for, also where much room is left for summaries', async () => {
    const messages = [task, says(300), asks(5_800)];
    const answer = response(said(text(3_000)));
    const outcome = await compacted(summarize(), messages, { target: 6_000, answer });
    expect(outcome.tokens).toBeLessThanOrEqual(tokensOf(messages));
    expect(outcome.dropped).toEqual([[1, 2]]);
  });

  it.each([
    { what: 'an empty text', answer: response(said('  \n')), retryable: true },
    { what: 'a call', answer: response(calls('a')), retryable: true },
    {
      what: 'nothing, by the filter',
      answer: { ...response(), finishReason: 'content_filter' as const },
      retryable: false,
    },
  ])(
    'must be a text: $what is an error of the model, for what was said would be lost',
    async ({ answer, retryable }) => {
      const asking = compacted(summarize({ keepLast: 3, model: 'small' }), talk, { target: 300, answer });
      await expect(asking).rejects.toBeInstanceOf(ModelRequestError);
      await expect(asking).rejects.toMatchObject({ model: 'small', retryable });
      await expect(asking).rejects.toThrow('small: asked for a summary, the model answered with no text');
    },
  );

  it('that the token limit cut is better than none', async () => {
    const answer = { ...response(said('In sho')), finishReason: 'length' as const };
    const { messages } = await compacted(summarize({ keepLast: 3 }), talk, { target: 300, answer });
    expect(messages).toContainEqual(summaryOf('In sho'));
  });

  it('fails as its model fails', async () => {
    const failure = new ModelRequestError('small: 429', { model: 'small', retryable: true });
    const { signal } = new AbortController();
    const asking = compact(summarize({ keepLast: 3 }), talk, {
      name: 'compaction',
      budget: 600,
      target: 300,
      ask: () => Promise.reject(failure),
      context: { deps: undefined, runId: '', conversationId: '', model: 'mine', signal },
    });
    await expect(asking).rejects.toBe(failure);
  });
});
