import {
  MAX_TRANSCRIPT_QUERIES,
  restoreTranscript,
  type TranscriptSource,
} from '../../../src/activities/restore-transcript';
import type { ModelMessage } from '../../../src/common/messages';
import { TRANSCRIPT_PAGE_LENGTH } from '../../../src/common/size-limits';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import type { TranscriptQueryAnswer, TranscriptQueryInput } from '../../../src/common/wire';
import { toAnswer } from '../../../src/workflows/transcript-query';
import {
  addressOf,
  messagesOf,
  type OwnDescriptor,
  REQUEST,
  segmentOf,
  versionsOf,
} from '../../support/transcripts';

const conversation: readonly OwnDescriptor[] = [
  { input: true },
  { response: 'r1' },
  { request: [{ result: 'p1' }] },
  { response: 'r2' },
  { request: [{ result: 'p2' }] },
];

/** As long as `conversation`, and something else from its second response on. */
const fork: readonly OwnDescriptor[] = [
  ...conversation.slice(0, 3),
  { response: 'other' },
  { request: [{ result: 'p2' }] },
];

interface RunningWorkflow extends TranscriptSource {
  readonly questions: TranscriptQueryInput[];
}

/** The query handler of a run, asked when the run is in one state after the other, and then stays in the last one. */
function runIn(...states: readonly (readonly OwnDescriptor[])[]): RunningWorkflow {
  return runWith(
    states.map((descriptors) => ({ messages: messagesOf(descriptors), versions: versionsOf(descriptors) })),
  );
}

function runWith(states: readonly { messages: ModelMessage[]; versions: string[] }[]): RunningWorkflow {
  const questions: TranscriptQueryInput[] = [];
  return {
    questions,
    query: async (question) => {
      const state = states[questions.length] ?? states.at(-1);
      questions.push(question);
      if (state === undefined) throw new Error('a run has a state');
      const transcript = { start: EMPTY_TRANSCRIPT, earlier: [], ...state };
      const answer = toAnswer({ transcript, request: REQUEST }, question);
      return JSON.parse(JSON.stringify(answer)) as TranscriptQueryAnswer; // as it crosses the server
    },
  };
}

const nothing = EMPTY_TRANSCRIPT;
const all = addressOf(conversation);

describe('restoring a transcript', () => {
  it('takes one query when the run has what is wanted', async () => {
    const run = runIn(conversation);
    const { segment } = await restoreTranscript(run, { have: nothing, want: all });
    expect(segment).toEqual(segmentOf(conversation, 0));
    expect(run.questions).toHaveLength(1);
  });

  it('fetches only what comes after what the worker has', async () => {
    const have = addressOf(conversation.slice(0, 3));
    const { segment } = await restoreTranscript(runIn(conversation), { have, want: all });
    expect(segment).toEqual(segmentOf(conversation, 3));
  });

  it('starts from the first message when the worker has a fork', async () => {
    const have = addressOf(fork.slice(0, 4));
    const { segment } = await restoreTranscript(runIn(conversation), { have, want: all });
    expect(segment).toEqual(segmentOf(conversation, 0));
  });

  it('starts from the first message when the worker has more than is wanted', async () => {
    const want = addressOf(conversation.slice(0, 2));
    const { segment } = await restoreTranscript(runIn(conversation), { have: all, want });
    expect(segment).toEqual(segmentOf(conversation.slice(0, 2), 0));
  });

  it('is given exactly the wanted prefix by a run that is further on', async () => {
    const want = addressOf(conversation.slice(0, 2));
    const { segment } = await restoreTranscript(runIn(conversation), { have: nothing, want });
    expect(segment).toEqual(segmentOf(conversation.slice(0, 2), 0));
  });

  it('asks again when the first answers come from a state that is behind', async () => {
    const run = runIn(conversation.slice(0, 1), conversation.slice(0, 3), conversation);
    const { segment } = await restoreTranscript(run, { have: nothing, want: all });
    expect(segment).toEqual(segmentOf(conversation, 0));
    expect(run.questions).toHaveLength(3);
  });

  it('asks again when the first answer is of another transcript of the same length', async () => {
    const run = runIn(fork, conversation);
    const { segment } = await restoreTranscript(run, { have: nothing, want: all });
    expect(segment).toEqual(segmentOf(conversation, 0));
    expect(run.questions).toHaveLength(2);
  });

  it.concurrent.each([
    { name: 'that stays behind', state: conversation.slice(0, 3) },
    { name: 'that has another transcript of that length', state: fork },
    { name: 'that went on from another transcript', state: [...fork, { response: 'r3' }] },
  ])('gives up on a run $name, and says what was wanted and what is there', async ({ state }) => {
    const run = runIn(state);
    const { length, version } = addressOf(state);
    await expect(restoreTranscript(run, { have: nothing, want: all })).rejects.toThrow(
      `the run's transcript is not the one wanted (5 messages, version ${all.version}); ` +
        `it has ${length} messages, version ${version}`,
    );
    expect(run.questions).toHaveLength(MAX_TRANSCRIPT_QUERIES);
  });

  it('lets an error of the query through', async () => {
    const source: TranscriptSource = { query: () => Promise.reject(new Error('no worker')) };
    await expect(restoreTranscript(source, { have: nothing, want: all })).rejects.toThrow('no worker');
  });
});

describe('restoring a transcript of several pages', () => {
  const long: readonly OwnDescriptor[] = ['a', '"', '字', '😀'].map((letter) => ({
    request: [{ kind: 'user-prompt', content: `.${letter.repeat(200_001)}` }], // the dot: pages cut 😀 in two
  }));

  it('puts the pages together, cut characters included', async () => {
    const run = runIn(long);
    const { segment, size } = await restoreTranscript(run, { have: nothing, want: addressOf(long) });
    expect(segment).toEqual(segmentOf(long, 0));
    expect(size).toBe(JSON.stringify(segment).length);
    const pages = Math.ceil(size / TRANSCRIPT_PAGE_LENGTH);
    expect(pages).toBeGreaterThan(2);
    const offsets = Array.from({ length: pages }, (_, page) => page * TRANSCRIPT_PAGE_LENGTH);
    expect(run.questions.map(({ offset }) => offset)).toEqual(offsets);
  });

  it('begins anew when a state that is behind answers for a later page', async () => {
    const run = runIn(long, long.slice(0, 2), long);
    const { segment } = await restoreTranscript(run, { have: nothing, want: addressOf(long) });
    expect(segment).toEqual(segmentOf(long, 0));
    expect(run.questions.slice(0, 3).map(({ offset }) => offset)).toEqual([0, TRANSCRIPT_PAGE_LENGTH, 0]);
  });

  it('has pages that the server takes, whatever they hold', () => {
    const worst = ['字', '"', '\\', '\u0001', '😀', '\ud83d'].map((letter) =>
      letter.repeat(TRANSCRIPT_PAGE_LENGTH),
    );
    const request = { prompt: worst.join('') };
    const run = { transcript: { start: EMPTY_TRANSCRIPT, earlier: [], messages: [], versions: [] }, request };
    for (let offset = 0, total = 1; offset < total; offset += TRANSCRIPT_PAGE_LENGTH) {
      const answer = toAnswer(run, { have: nothing, want: nothing, offset });
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(1_900_000);
      total = 'total' in answer ? answer.total : 0;
    }
  });
});
