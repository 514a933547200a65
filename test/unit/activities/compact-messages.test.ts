import {
  type CompactionStrategy,
  dropToolResults,
  keepLast,
  summarize,
} from '../../../src/common/compaction';
import { asks, compacted, says, step, text, tokensOf } from '../../support/compaction';
import { calls, type Messages, request, response, retry, returned, said, user } from '../../support/messages';

const task = asks(10, 'the task');

/** The messages that stay, by their numbers. */
async function stays(strategy: CompactionStrategy<never>, messages: Messages, target: number) {
  const outcome = await compacted(strategy, messages, { target });
  expect(outcome.tokens).toBe(tokensOf(outcome.messages));
  return outcome.messages.map((message) => messages.indexOf(message));
}

describe('keepLast', () => {
  const talk = [task, says(10), asks(10), says(10), asks(10), says(10), asks(10)];
  const work = [task, ...step('a', 90), ...step('b', 90), ...step('c', 90)];

  it.each<{
    what: string;
    options?: Parameters<typeof keepLast>[0];
    messages: Messages;
    target: number;
    left: number[];
  }>([
    {
      what: 'as many as may stay, and the first',
      messages: talk,
      options: { messages: 3 },
      target: 60,
      left: [0, 4, 5, 6],
    },
    {
      what: 'fewer where these are too long',
      messages: talk,
      options: { messages: 3 },
      target: 30,
      left: [0, 5, 6],
    },
    {
      what: 'the first and the last, whatever they have',
      messages: talk,
      options: { messages: 3 },
      target: 0,
      left: [0, 6],
    },
    {
      what: 'all when they are no longer than they may be',
      messages: talk,
      options: { messages: 3 },
      target: 70,
      left: [0, 1, 2, 3, 4, 5, 6],
    },
    { what: 'as many as fit when more could stay', messages: talk, target: 50, left: [0, 3, 4, 5, 6] },
    {
      what: 'a call with its result',
      messages: work,
      options: { messages: 3 },
      target: 250,
      left: [0, 5, 6],
    },
    {
      what: 'a call with its result, also as the last',
      messages: work,
      options: { messages: 1 },
      target: 50,
      left: [0, 5, 6],
    },
    {
      what: 'the first two, and the call with its result',
      messages: work,
      options: { messages: 2, keepFirst: 2 },
      target: 250,
      left: [0, 1, 2, 5, 6],
    },
    {
      what: 'a request at the end of the first ones, so that what follows may be a response',
      messages: talk,
      options: { messages: 2, keepFirst: 2 },
      target: 60,
      left: [0, 1, 2, 5, 6],
    },
    {
      what: 'everything when all of it is among the first',
      messages: talk,
      options: { messages: 2, keepFirst: 9 },
      target: 0,
      left: [0, 1, 2, 3, 4, 5, 6],
    },
    {
      what: 'nothing of the beginning when the first need not stay',
      messages: talk,
      options: { messages: 3, keepFirst: 0 },
      target: 60,
      left: [4, 5, 6],
    },
    {
      what: 'the first after all where a response would be the first',
      messages: work,
      options: { messages: 2, keepFirst: 0 },
      target: 250,
      left: [0, 5, 6],
    },
    {
      what: 'the first also when that is empty, as in a run without a prompt',
      messages: [request(), ...step('a', 90), ...step('b', 90)],
      options: { keepFirst: 0 },
      target: 110,
      left: [0, 3, 4],
    },
    { what: 'a single message', messages: [asks(100)], target: 0, left: [0] },
    { what: 'no message', messages: [], target: 0, left: [] },
  ])('keeps $what', async ({ messages, options, target, left }) => {
    expect(await stays(keepLast(options), messages, target)).toEqual(left);
  });

  it('keeps what the user asked last, when only tools have spoken since', async () => {
    const messages = [
      task,
      says(10),
      asks(10, 'now this'),
      ...step('a', 50),
      ...step('b', 50),
      ...step('c', 50),
    ];
    expect(await stays(keepLast({ messages: 2 }), messages, 100)).toEqual([0, 2, 7, 8]);
    expect(await stays(keepLast({ messages: 2, keepFirst: 0 }), messages, 100)).toEqual([2, 7, 8]);
  });

  it('does not take content that a tool returned for what the user asked', async () => {
    const shows = request(returned('a'), user('a page'));
    const messages = [task, response(calls('a')), shows, ...step('b', 50), ...step('c', 50)];
    expect(await stays(keepLast({ messages: 2 }), messages, 80)).toEqual([0, 5, 6]);
  });

  it('keeps a result that came late with its call, and all between them', async () => {
    const late = [response(calls('a'), calls('b')), request(returned('b')), says(10), request(returned('a'))];
    const messages = [task, ...step('x', 50), ...late];
    expect(await stays(keepLast({ messages: 1 }), messages, 0)).toEqual([0, 3, 4, 5, 6]);
  });

  it('keeps a text with the request to write another one', async () => {
    const complaint = request({ kind: 'retry-prompt', content: 'Please call a tool.' });
    const messages = [task, says(50), asks(50), says(50, 'no'), complaint];
    expect(await stays(keepLast({ messages: 1 }), messages, 0)).toEqual([0, 2, 3, 4]);
  });

  it('takes a request to retry for the result that it is', async () => {
    const messages = [task, ...step('a', 50), response(calls('b')), request(retry('b'))];
    expect(await stays(keepLast({ messages: 1 }), messages, 0)).toEqual([0, 3, 4]);
  });

  it('tells calls of one id apart', async () => {
    const messages = [task, ...step('0', 50), ...step('0', 50), ...step('0', 50)];
    expect(await stays(keepLast({ messages: 3 }), messages, 100)).toEqual([0, 5, 6]);
  });

  it('drops an interrupted call whole', async () => {
    const open = { ...response(calls('a')), state: 'interrupted' as const };
    expect(await stays(keepLast({ messages: 1 }), [task, open, asks(50), says(50), asks(10)], 0)).toEqual([
      0, 4,
    ]);
  });

  it('may keep the last response, where one is the last message', async () => {
    expect(await stays(keepLast({ messages: 1 }), [task, says(50), asks(50), says(10)], 0)).toEqual([
      0, 2, 3,
    ]);
  });
});

describe('dropToolResults', () => {
  const work = [task, ...step('a', 100), ...step('b', 200), ...step('c', 100), ...step('d', 100)];
  const left = (tokens: number) => `[Removed to save space: about ${tokens} tokens]`;

  /** What the results are, by the call. */
  async function resultsOf(
    options: Parameters<typeof dropToolResults>[0],
    messages: Messages,
    target: number,
  ) {
    const outcome = await compacted(dropToolResults(options), messages, { target });
    const parts = outcome.messages.flatMap((message) => (message.kind === 'request' ? message.parts : []));
    return { outcome, results: parts.flatMap((part) => (part.kind === 'tool-return' ? [part.content] : [])) };
  }

  it('says of old results how large they were, and leaves the last messages as they are', async () => {
    const { outcome, results } = await resultsOf({ keepLast: 4 }, work, 500);
    expect(results).toEqual([left(100), left(200), text(100, 'c'), text(100, 'd')]);
    expect(outcome).toMatchObject({
      dropped: [
        [2, 3],
        [4, 5],
      ],
      kept: 4,
    });
    expect(outcome.messages).toHaveLength(work.length);
  });

  it('goes on, oldest first, until what is left is no longer than it may be', async () => {
    const { results } = await resultsOf({}, work, 300);
    expect(results).toEqual([left(100), left(200), text(100, 'c'), text(100, 'd')]);
  });

  it('never touches the last message', async () => {
    const { outcome, results } = await resultsOf({ keepLast: 0 }, work, 0);
    expect(results).toEqual([left(100), left(200), left(100), text(100, 'd')]);
    expect(outcome.messages.at(-1)).toBe(work.at(-1));
  });

  it('keeps calls, answers and prompts, and all that a result is beside its content', async () => {
    const result = { ...returned('a', text(100)), outcome: 'failed' as const, metadata: { page: 3 } };
    const messages = [
      task,
      response(said('Let me see.'), calls('a')),
      request(result),
      asks(100),
      says(100),
      asks(10),
    ];
    const { messages: sent } = await compacted(dropToolResults(), messages, { target: 50 });
    expect(sent).toEqual(messages.with(2, request({ ...result, content: left(100) })));
  });

  it('says the same of content that came with a result, and leaves what the user said', async () => {
    const page = {
      kind: 'user-prompt' as const,
      content: [{ kind: 'image-url' as const, url: 'https://a.example/1.png' }],
    };
    const messages = [
      task,
      response(calls('a')),
      request(returned('a', 'see below'), page),
      asks(500),
      says(10),
      asks(10),
    ];
    const { messages: sent } = await compacted(dropToolResults(), messages, { target: 50 });
    expect(sent).toEqual(messages.with(2, request(returned('a', 'see below'), user(left(1_008)))));
  });

  it.each([
    {
      what: 'what is shorter than a placeholder',
      messages: [task, response(calls('a')), request(returned('a', 'no')), asks(100)],
    },
    {
      what: 'requests to retry, which are short',
      messages: [task, response(calls('a')), request(retry('a')), asks(100)],
    },
    { what: 'a conversation without tools', messages: [task, says(100), asks(100)] },
  ])('leaves $what', async ({ messages }) => {
    const outcome = await compacted(dropToolResults(), messages, { target: 50 });
    expect(outcome).toMatchObject({ messages, dropped: [], kept: messages.length });
  });

  it('writes the placeholder that it is given', async () => {
    const placeholder = 'gone ({tokens} of {tokens})';
    const { results } = await resultsOf(
      { keepLast: 1, placeholder },
      [task, ...step('a', 100), asks(1_000)],
      500,
    );
    expect(results).toEqual(['gone (100 of 100)']);
  });
});

describe('what the provider counted', () => {
  const talk = [task, says(10), asks(10), says(10), asks(10), says(10), asks(10)]; // 70 tokens, as estimated

  it('goes before the estimate: twice as many tokens are twice as much to drop', async () => {
    const outcome = await compacted(keepLast(), talk, { target: 80, tokens: 140 });
    expect(outcome.messages).toHaveLength(4);
    expect(outcome.tokens).toBe(80);
  });

  it('keeps more where it is less', async () => {
    const outcome = await compacted(keepLast(), talk, { target: 30, tokens: 35 });
    expect(outcome.messages).toHaveLength(6);
    expect(outcome.tokens).toBe(30);
  });

  it('is the whole truth: what is short enough by it stays, whatever the estimate', async () => {
    expect(await compacted(keepLast(), talk, { target: 30, tokens: 30 })).toMatchObject({
      dropped: [],
      tokens: 30,
    });
  });
});

describe('what was dropped', () => {
  it('is told by the numbers of the messages: from one to before another', async () => {
    const messages = [
      task,
      says(50),
      asks(50, 'one'),
      says(50),
      asks(10, 'now'),
      ...step('a', 50),
      ...step('b', 50),
    ];
    const outcome = await compacted(keepLast({ messages: 2 }), messages, { target: 100 });
    expect(outcome).toMatchObject({
      dropped: [
        [1, 4],
        [5, 7],
      ],
      kept: 2,
    });
  });

  it('is what a summary stands for, too', async () => {
    const messages = [task, says(200), asks(200), says(10), asks(10)];
    const outcome = await compacted(summarize({ keepLast: 2 }), messages, { target: 200 });
    expect(outcome).toMatchObject({ dropped: [[1, 3]], kept: 2 });
  });

  it('is nothing when nothing could be done', async () => {
    const messages = [asks(500)];
    expect(await compacted(keepLast(), messages, { target: 10 })).toMatchObject({ dropped: [], kept: 1 });
  });
});
