import * as fc from 'fast-check';
import type { CompactionContext, CompactionFunction } from '../../../src/common/compaction';
import { HookExecutionError, UserError } from '../../../src/common/errors';
import type { ModelMessage } from '../../../src/common/messages';
import { runTranscript, answersOf } from '../../support/any-transcript';
import { asks, compacted, says, step, text } from '../../support/compaction';
import { calls, type Messages, request, response, retry, returned, user } from '../../support/messages';

const task = asks(10, 'the task');
const work = [task, ...step('a', 90), ...step('b', 90), ...step('c', 90)];

const apply = (change: CompactionFunction<never>, messages: Messages = work) =>
  compacted(change, messages, { target: 100 });

/** As JavaScript writes it, without the compiler's help. */
const returning = (value: unknown) => apply(() => value as Messages);

describe('a function of the agent', () => {
  it('is told what there is to know, and may wait', async () => {
    let told: CompactionContext | undefined;
    const change = (messages: Messages, context: CompactionContext) => {
      told = context;
      return Promise.resolve(messages.slice(-2));
    };
    await compacted(change, work, { target: 100, budget: 300, tokens: 1_000 });
    expect(told).toEqual({
      budget: 300,
      target: 100,
      tokens: 1_000,
      deps: { shop: 'a' },
      runId: 'run-1',
      conversationId: 'chat-1',
      model: 'mine',
      signal: expect.any(AbortSignal),
    });
  });

  it('is not asked while the conversation is short enough', async () => {
    const refuse = () => Promise.reject(new Error('asked'));
    expect(await compacted(refuse, work, { target: 1_000 })).toMatchObject({ messages: work, dropped: [] });
  });

  it('leaves what it returns, in its order, and the same messages where it did not change them', async () => {
    const note = request(user('A note.'));
    const outcome = await apply((messages) => [note, ...messages.slice(-2)]);
    expect(outcome.messages).toEqual([note, ...work.slice(-2)]);
    expect(outcome.messages[1]).toBe(work[5]);
    expect(outcome).toMatchObject({ dropped: [[0, 5]], kept: 2 });
  });

  it('may change messages in place: they are copies', async () => {
    const before = structuredClone(work);
    const outcome = await apply((messages) => {
      const all = messages as ModelMessage[]; // as one forgets in JavaScript
      Object.assign(all[2] ?? {}, request(returned('a', 'short')));
      all.splice(3, 2);
      return all;
    });
    expect(work).toEqual(before);
    expect(outcome.messages).toEqual([task, work[1], request(returned('a', 'short')), ...work.slice(-2)]);
    expect(outcome.dropped).toEqual([[2, 5]]);
  });

  it('may move messages, which counts as nothing dropped', async () => {
    const messages = [task, says(50), asks(50), says(50), asks(50, 'last')];
    const outcome = await apply(
      ([first, ...others]) => [...others.slice(0, 2), first ?? task, ...others.slice(2)],
      messages,
    );
    expect(outcome.messages).toEqual([messages[1], messages[2], task, messages[3], messages[4]]);
    expect(outcome.dropped).toEqual([]);
  });

  it('says which of equal messages went: the first', async () => {
    const twice = [asks(50), says(50), asks(50), says(50), asks(50)];
    expect(await apply((messages) => messages.slice(-1), twice)).toMatchObject({
      dropped: [[0, 4]],
      kept: 1,
    });
  });
});

describe('calls and results that a function took apart', () => {
  it.each<{ what: string; change: CompactionFunction<never>; messages?: Messages; left: Messages }>([
    {
      what: 'a result without its call goes, and its message when nothing else was in it',
      change: (messages) => messages.slice(-3),
      left: work.slice(-2),
    },
    {
      what: 'what else was in its message stays',
      change: (messages) => messages.slice(2),
      messages: [task, response(calls('a')), request(returned('a', text(200)), user('a page')), asks(10)],
      left: [request(user('a page')), asks(10)],
    },
    {
      what: 'a call without its result gets it back, shortened',
      change: (messages) => messages.filter((_, index) => index !== 2),
      left: [
        task,
        ...work.slice(1, 2),
        request({ ...returned('a'), content: '[Removed to save space: about 90 tokens]' }),
        ...work.slice(3),
      ],
    },
    {
      what: 'so do several of one response, the short ones as they were',
      change: (messages) => messages.filter((_, index) => index !== 2),
      messages: [
        task,
        response(calls('a'), calls('b'), calls('c')),
        request(returned('a', 1), retry('b'), returned('c', 3)),
        asks(200),
      ],
      left: [
        task,
        response(calls('a'), calls('b'), calls('c')),
        request(returned('a', 1), retry('b'), returned('c', 3)),
        asks(200),
      ],
    },
    {
      what: 'the last results get their calls back, for the model has not seen them yet',
      change: (messages) => messages.slice(-1),
      left: work.slice(-2),
    },
    {
      what: 'the last calls get their results back in full',
      change: (messages) => messages.slice(0, -1),
      left: work,
    },
    {
      what: 'they get back no other calls of the response',
      change: (messages) => messages.slice(-1),
      messages: [response(calls('a'), calls('b')), request(returned('a')), request(returned('b', text(200)))],
      left: [response(calls('b')), request(returned('b', text(200)))],
    },
    {
      what: 'also where a note follows them',
      change: (messages) => [...messages.slice(-1), request(user('A note.'))],
      left: [...work.slice(-2), request(user('A note.'))],
    },
    {
      what: 'a call that had none before stays as it was',
      change: (messages) => messages.slice(1),
      messages: [task, response(calls('a')), asks(200)],
      left: [response(calls('a')), asks(200)],
    },
    {
      what: 'a result that it wrote itself is taken',
      change: (messages) => messages.with(2, request(returned('a', 'in short: nothing'))),
      left: work.with(2, request(returned('a', 'in short: nothing'))),
    },
  ])('$what', async ({ change, messages = work, left }) => {
    const outcome = await apply(change, messages);
    expect(outcome.messages).toEqual(left);
  });

  it('are together again, whatever it left out: no call is told to be interrupted that was not', () =>
    fc.assert(
      fc.asyncProperty(runTranscript, fc.infiniteStream(fc.boolean()), async (messages, coins) => {
        const chosen = messages.filter(
          (_, index) => index === messages.length - 1 || coins.next().value === true,
        );
        const outcome = await compacted(() => chosen, messages, { target: -1 });
        const before = answersOf(messages);
        for (const [call, answer] of answersOf(outcome.messages)) {
          expect(`${call}: ${answer}`).toBe(`${call}: ${before.get(call)}`);
        }
      }),
      { numRuns: 400 },
    ));
});

describe('a mistake of a function', () => {
  it('ends the run under its name when it throws', async () => {
    const run = apply(() => {
      throw new Error('no idea');
    });
    await expect(run).rejects.toBeInstanceOf(HookExecutionError);
    await expect(run).rejects.toMatchObject({ hookName: "compaction of agent 'support'" });
    await expect(run).rejects.toThrow("compaction of agent 'support' threw: no idea");
  });

  it.each([
    { mistake: 'nothing', value: undefined, complaint: ': returned: ' },
    { mistake: 'a text', value: 'short', complaint: ': returned: ' },
    { mistake: 'a message that is none', value: [...work, {}], complaint: ': returned.7.kind: ' },
    {
      mistake: 'a prompt without content',
      value: [{ kind: 'request', parts: [{ kind: 'user-prompt' }] }],
      complaint: ': returned.0.parts.0.content: ',
    },
    {
      mistake: 'what JSON cannot hold',
      value: [request(returned('a', new Map() as never))],
      complaint: ': returned.0.parts.0.content: value is a Map, which is not JSON',
    },
    { mistake: 'no messages', value: [], complaint: ' returned no messages; return the last one' },
    {
      mistake: 'a response as the last, where a request was',
      value: [task, says(10)],
      complaint:
        ' returned messages that do not end with a request; return the last one that it was given as the last',
    },
  ])('is a UserError that names it and the field: it returned $mistake', async ({ value, complaint }) => {
    const run = returning(value);
    await expect(run).rejects.toBeInstanceOf(UserError);
    await expect(run).rejects.toThrow(`compaction of agent 'support'${complaint}`);
  });
});
