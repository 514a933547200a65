// Needs a real Temporal server.
import {
  type CompactionOptions,
  defineAgent,
  dropToolResults,
  HookExecutionError,
  keepLast,
  type ModelMessage,
  ModelRequestError,
  summarize,
  UsageLimitExceededError,
  UserError,
} from 'perdure';
import type { Compaction, RunResult } from 'perdure/client';
import { functionModel, scriptedModel } from 'perdure/testing';
import { AT_EVERY_STEP, activitiesOf, chainOf } from '../support/chain';
import { countedQueries } from '../support/counted-queries';
import { type Looking, lookingAgent } from '../support/looking';
import { timeline } from '../support/operator-page';
import { serve, type Served } from '../support/serve';

const PAGES = 16;

/** Above 800 tokens the messages are shortened, to 500 at most. */
const BUDGET = { contextTokens: 1_000 };

let served: Served | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

interface Looked {
  readonly result: RunResult;
  readonly all: readonly ModelMessage[];
  readonly compactions: readonly Compaction[];
  /** What the model was sent, request by request. */
  readonly sent: readonly (readonly ModelMessage[])[];
}

async function look(
  options: Partial<Looking>,
  worker: Parameters<typeof serve>[1] = {},
  run: object = {},
): Promise<Looked> {
  const sent: (readonly ModelMessage[])[] = [];
  const agent = lookingAgent({ pages: PAGES, ...options, onRequest: (messages) => sent.push(messages) });
  served = await serve([agent], worker);
  const result = await served.client.run('looking', 'Look.', run);
  return { result, all: await result.allMessages(), compactions: await result.compactions(), sent };
}

const compacting = (strategy: CompactionOptions['strategy']): Partial<Looking> => ({
  compaction: { strategy, ...BUDGET },
});

function unmarked(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.map(({ compacted: _compacted, ...message }) => message as ModelMessage); // only a mark is gone
}

type Shorten = (messages: readonly ModelMessage[]) => readonly ModelMessage[];

/** What a model is sent when its messages are shortened like this before these steps. */
function expectedRequests({ all, compactions }: Looked, shorten: Shorten): (readonly ModelMessage[])[] {
  const steps = new Set(compactions.map(({ step }) => step));
  const said = unmarked(all);
  let known: readonly ModelMessage[] = said.slice(0, 1);
  return Array.from({ length: PAGES + 1 }, (_, index) => {
    if (steps.has(index + 1)) known = shorten(known);
    const request = known;
    known = [...known, ...said.slice(1 + 2 * index, 3 + 2 * index)];
    return request;
  });
}

const SUMMARY = 'Pages were seen.';
const SUMMARY_USAGE = { inputTokens: 900, outputTokens: 40 };

const summarizer = () =>
  functionModel(() => ({ text: SUMMARY, usage: SUMMARY_USAGE }), { name: 'summarizer' });

const isOld = (index: number, messages: readonly ModelMessage[]): boolean => index < messages.length - 2;

const withoutResults: Shorten = (messages) =>
  messages.map((message, index) =>
    message.kind === 'request' && isOld(index, messages)
      ? {
          ...message,
          parts: message.parts.map((part) =>
            part.kind === 'tool-return' ? { ...part, content: '-' } : part,
          ),
        }
      : message,
  );

/** The user's words, the last four messages, and what of them stands between. */
const ends: Shorten = (messages) => [...messages.slice(0, 1), ...messages.slice(-4)];

/** Requests side by side are sent as one. */
const withSummary: Shorten = ([first, ...rest]) => {
  const summary = { kind: 'user-prompt', content: expect.stringContaining(SUMMARY) as string } as const; // stands for any
  const prompt = first?.kind === 'request' ? first.parts.slice(0, 1) : [];
  return [{ kind: 'request', parts: [...prompt, summary] }, ...rest.slice(-4)];
};

function onlyTheEnds(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return ends(messages);
}

const STRATEGIES = [
  { name: 'keepLast', strategy: keepLast({ messages: 4 }), shorten: ends },
  {
    name: 'dropToolResults',
    strategy: dropToolResults({ keepLast: 2, placeholder: '-' }),
    shorten: withoutResults,
  },
  { name: 'summarize', strategy: summarize({ keepLast: 4, model: summarizer() }), shorten: withSummary },
  { name: 'onlyTheEnds', strategy: onlyTheEnds, shorten: ends },
];

describe.each(STRATEGIES)('$name', ({ name, strategy, shorten }) => {
  let whole: Looked;
  let looked: Looked;
  let activities: readonly { type: string; summary: string | undefined }[];

  beforeAll(async () => {
    whole = await look({});
    await served?.stop();
    looked = await look(compacting(strategy));
    activities = served === undefined ? [] : await timeline(served.client, looked.result.runId);
  });

  it('shortens what the model is sent, and nothing else', () => {
    expect(looked.compactions.length).toBeGreaterThan(1);
    expect(looked.sent.map(unmarked)).toEqual(expectedRequests(looked, shorten));
    expect(looked.result.output).toBe('Seen.');
  });

  it('leaves all messages to be read, and marks those that the model does not see any more', () => {
    const last = looked.sent.at(-1) ?? [];
    const before = looked.all.slice(0, -1);
    expect(unmarked(looked.all)).toEqual(whole.all);
    expect(before.map(({ compacted = false }) => !compacted)).toEqual(
      before.map((message) => last.some((one) => contains(one, message))),
    );
  });

  it('is told: when, how, and of how many messages', () => {
    for (const compaction of looked.compactions) {
      expect(compaction).toEqual({
        step: expect.any(Number),
        strategy: name,
        dropped: expect.any(Number),
        tokensBefore: expect.any(Number),
        tokensAfter: expect.any(Number),
      });
      expect(compaction.tokensBefore).toBeGreaterThan(800);
      expect(compaction.tokensAfter).toBeLessThanOrEqual(500);
    }
    const marked = looked.all.filter(({ compacted }) => compacted === true);
    const dropped = looked.compactions.reduce((sum, compaction) => sum + compaction.dropped, 0);
    expect(dropped).toBeGreaterThanOrEqual(marked.length);
  });

  it('is an event of its own, with a summary', () => {
    const events = activities.filter(({ type }) => type === 'transcript.compact');
    expect(events.map(({ summary }) => summary)).toEqual(
      looked.compactions.map(
        ({ step, tokensBefore }) => `before step ${step} · about ${tokensBefore} tokens`,
      ),
    );
  });

  it('is the same for workers that remember nothing, in a run that is handed on at every step', async () => {
    const queries = countedQueries();
    const worker = { transcriptCacheSize: 1, temporal: { ...queries.temporal, maxCachedWorkflows: 0 } };
    const cold = await look({ ...compacting(strategy), rollOver: AT_EVERY_STEP }, worker);
    expect(queries.count()).toBeGreaterThan(PAGES);
    expect(cold.sent).toEqual(looked.sent);
    expect(cold.all).toEqual(looked.all);
    expect(cold.compactions).toEqual(looked.compactions);
    expect(cold.result.usage).toEqual(looked.result.usage);
  });
});

function contains(sent: ModelMessage, message: ModelMessage): boolean {
  const parts = new Set(sent.parts.map((part) => JSON.stringify(part)));
  return sent.kind === message.kind && message.parts.every((part) => parts.has(JSON.stringify(part)));
}

describe('a compaction', () => {
  it('is made once, however often the workflow is replayed', async () => {
    let calls = 0;
    const strategy = (messages: readonly ModelMessage[]): readonly ModelMessage[] => {
      calls += 1;
      return ends(messages);
    };
    const { compactions } = await look(compacting(strategy), { temporal: { maxCachedWorkflows: 0 } });
    expect(compactions.length).toBeGreaterThan(1);
    expect(calls).toBe(compactions.length);
  });

  it('needs no query of a worker that has done everything, also when the run is handed on', async () => {
    const queries = countedQueries();
    const options = { ...compacting(keepLast({ messages: 4 })), rollOver: AT_EVERY_STEP };
    const { result, compactions } = await look(options, { temporal: queries.temporal });
    expect(compactions.length).toBeGreaterThan(1);
    expect(queries.count()).toBe(0);
    const chain = await chainOf(served?.client ?? never(), result.runId);
    expect(chain.flatMap(activitiesOf).filter((type) => type === 'transcript.compact')).toHaveLength(
      compactions.length,
    );
  });

  it('is told of while the run runs', async () => {
    const told: unknown[] = [];
    const onCall = async (page: number, runId: string): Promise<void> => {
      if (page === 10) told.push(await served?.client.getRun(runId).compactions());
    };
    const { compactions } = await look({ ...compacting(keepLast({ messages: 4 })), onCall });
    expect(told).toEqual([compactions.slice(0, 1)]);
  });

  it('counts the request for its summary', async () => {
    const strategy = summarize({ keepLast: 4, model: summarizer() });
    const { result, compactions } = await look(compacting(strategy));
    const requests = PAGES + 1;
    expect(result.usage).toMatchObject({
      requests: requests + compactions.length,
      toolCalls: PAGES,
      inputTokens: 10 * requests + SUMMARY_USAGE.inputTokens * compactions.length,
      outputTokens: 5 * requests + SUMMARY_USAGE.outputTokens * compactions.length,
    });
  });

  it('ends the run when its summary breaks a limit', async () => {
    const strategy = summarize({ keepLast: 4, model: summarizer() });
    const looking = look({
      ...compacting(strategy),
      usageLimits: { requestLimit: null, totalTokensLimit: 700 },
    });
    const error = await failureOf(looking);
    expect(error).toBeInstanceOf(UsageLimitExceededError);
    expect(error).toMatchObject({
      limit: 'total_tokens_limit',
      usage: { requests: 9, totalTokens: 8 * 15 + 940 },
      messages: { length: 17 },
    });
  });

  it('ends the run when no summary is to be had, and says what was said', async () => {
    const refused = new ModelRequestError('no credit', {
      model: 'summarizer',
      status: 402,
      retryable: false,
    });
    const model = scriptedModel([refused], { name: 'summarizer' });
    const error = await failureOf(look(compacting(summarize({ keepLast: 4, model }))));
    expect(error).toBeInstanceOf(ModelRequestError);
    expect(error).toMatchObject({ message: 'no credit', status: 402, messages: { length: 17 } });
  });

  it('ends the run when the function throws, without a second try', async () => {
    let calls = 0;
    const strategy = (): never => {
      calls += 1;
      throw new Error('out of ideas');
    };
    const error = await failureOf(look(compacting(strategy)));
    expect(error).toBeInstanceOf(HookExecutionError);
    expect(error).toMatchObject({
      message: expect.stringContaining('out of ideas') as unknown,
      hookName: "compaction of agent 'looking'",
      usage: { requests: 8, toolCalls: 8 },
      messages: { length: 17 },
    });
    expect(calls).toBe(1);
  });

  it('ends the run when the function returns what no model can be sent', async () => {
    const error = await failureOf(look(compacting(() => [])));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/compaction of agent 'looking' returned no messages/);
  });

  it('of a model whose context window is not known is refused before anything is spent', async () => {
    const model = scriptedModel(['Hi.']);
    served = await serve([defineAgent({ name: 'blind', model, compaction: { strategy: keepLast() } })]);
    const error = await failureOf(served.client.run('blind', 'Hi.'));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(
      /compaction.contextTokens: the context window of model 'scripted' is not known/,
    );
    expect(model.requests).toEqual([]);
  });

  it('is never made for the request that asks for a final answer', async () => {
    const strategy = keepLast({ messages: 4 });
    const limited = { usageLimits: { requestLimit: 8 }, onLimit: 'final-answer' as const };
    const { sent, compactions } = await look({ ...compacting(strategy), ...limited, pages: 8 });
    expect(compactions).toEqual([]);
    expect(sent.map(({ length }) => length)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17]);
  });

  it('can come before the first request, when a run continues too many messages', async () => {
    const first = await look({ pages: 8 });
    await served?.stop();
    const strategy = keepLast({ messages: 4, keepFirst: 1 });
    const run = { messageHistory: first.all };
    const { sent, compactions, result, all } = await look({ ...compacting(strategy), pages: 2 }, {}, run);
    expect(compactions).toMatchObject([{ step: 1, dropped: 14 }]);
    expect(sent[0]).toHaveLength(5);
    expect(unmarked(all).slice(0, first.all.length)).toEqual(first.all);
    expect(all.filter(({ compacted }) => compacted === true)).toHaveLength(14);
    expect(await result.newMessages()).toEqual(all.slice(first.all.length));
  });

  it('stays when the run is continued by another', async () => {
    const first = await look(compacting(keepLast({ messages: 4 })));
    const seen = [...(first.sent.at(-1) ?? []), ...unmarked(first.all.slice(-1))];
    const heir = await served?.client.run('looking', 'Again.', { continueFrom: first.result.runId });
    const all = (await heir?.allMessages()) ?? [];
    const own = (await heir?.newMessages()) ?? [];
    expect(unmarked(all.slice(0, -own.length))).toEqual(seen);
    expect(own[0]).toMatchObject({ parts: [{ content: 'Again.' }] });
  });
});

function failureOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => new Error('the run did not fail'),
    (error: unknown) => error,
  );
}

function never(): never {
  throw new Error('nothing is served');
}
