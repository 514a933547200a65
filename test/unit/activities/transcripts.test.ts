import type { Context } from '@temporalio/activity';
import { TranscriptCache } from '../../../src/activities/transcript-cache';
import { runSoFar } from '../../../src/activities/transcripts';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import type { TranscriptQueryInput } from '../../../src/common/wire';
import { toAnswer } from '../../../src/workflows/transcript-query';
import { inActivity, SOME_RUN as RUN } from '../../support/activity-context';
import { addressOf, messagesOf, partOf, REQUEST, responseOf } from '../../support/transcripts';

const asked = [{ input: true }] as const;
const answered = [...asked, { response: 'r1' }] as const;

/** A run's workflow, as an activity can ask it, and how often it was. */
function workflowAt(path: typeof answered) {
  const questions: TranscriptQueryInput[] = [];
  const versions = path.map((_, index) => addressOf(path.slice(0, index + 1)).version);
  const transcript = {
    start: EMPTY_TRANSCRIPT,
    earlier: [],
    messages: messagesOf(path),
    versions,
  };
  const query = (_type: string, question: TranscriptQueryInput): unknown => {
    questions.push(question);
    return Promise.resolve(toAnswer({ transcript, request: REQUEST }, question));
  };
  const client = { workflow: { getHandle: () => ({ query }) } } as unknown as Context['client']; // all that is asked for
  return { questions, client };
}

describe('what a tool call asks of its run', () => {
  it('is known to the worker that has just received the response with the call', async () => {
    const { client, questions } = workflowAt(answered);
    const cache = new TranscriptCache();
    cache.keepRequest(RUN.key, { request: REQUEST }, 10);
    cache.messages(RUN.key, { base: EMPTY_TRANSCRIPT, append: asked });
    cache.keepResult(RUN.key, { id: 'other attempt', value: responseOf('other attempt') }, 10);
    cache.keepResult(RUN.key, { id: 'r1', value: responseOf('r1') }, 10);
    cache.keepResult(RUN.key, { id: 'p1', value: partOf('p1') }, 10);
    const known = await inActivity({ client }, () =>
      runSoFar(cache, RUN, { base: addressOf(answered), append: [] }),
    );
    expect(known).toEqual({ request: REQUEST, messages: messagesOf(answered) });
    expect(questions).toEqual([]);

    // Nothing was used up: the next request still finds what it is made of.
    const append = [{ response: 'r1' }, { request: [{ result: 'p1' }] }];
    expect(cache.messages(RUN.key, { base: addressOf(asked), append })).toEqual(
      messagesOf([...asked, ...append]),
    );
  });

  it('is fetched once by a cold worker, for all the calls of the response', async () => {
    const { client, questions } = workflowAt(answered);
    const cache = new TranscriptCache();
    const calls = Array.from({ length: 100 }, () =>
      inActivity({ client }, () => runSoFar(cache, RUN, { base: addressOf(answered), append: [] })),
    );
    for (const known of await Promise.all(calls)) expect(known.messages).toEqual(messagesOf(answered));
    expect(questions).toHaveLength(1);
  });

  it('is fetched anew after it could not be had', async () => {
    const { client } = workflowAt(answered);
    const broken = { workflow: { getHandle: () => ({ query: () => Promise.reject(new Error('gone')) }) } };
    const cache = new TranscriptCache();
    const ask = (from: unknown): Promise<unknown> =>
      inActivity({ client: from as Context['client'] }, () =>
        runSoFar(cache, RUN, { base: addressOf(answered), append: [] }),
      );
    await expect(ask(broken)).rejects.toThrow('gone');
    expect(await ask(client)).toMatchObject({ messages: messagesOf(answered) });
  });
});
