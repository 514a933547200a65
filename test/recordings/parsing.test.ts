// Needs the recordings beside the repository. Serves each recorded answer over HTTP and asks for what we make of it.
import type { JsonObject } from '../../src/common/json';
import type { ModelResponse } from '../../src/common/messages';
import { answerOf } from '../support/recorded-answer';
import { eventsOf, wholeBodyOf } from '../support/recorded-stream';
import { apiOf, readRecordings } from '../support/recordings';

/** What a response of ours does not hold, and why nothing is lost by it. */
const NOT_KEPT: readonly [RegExp, string][] = [
  [/^object$/, 'names the API'],
  [/^(created|created_at|completed_at)$/, 'our own timestamp tells the time of the answer'],
  [/^obfuscation$/, 'noise against listeners'],
  [/^system_fingerprint$/, 'deprecated by OpenAI'],
  [/^billing\.|^usage\.is_byok$/, 'says who pays for the key'],
  [/^service_tier$/, "kept unless it is 'default'"],
  [/^(status|choices\.\d+\.finish_reason)$/, 'told as finishReason, checked below'],
  [/^usage\.total_tokens$/, 'the sum of input and output tokens; kept where it is not'],
  [/^choices\.\d+\.index$/, 'there is one choice'],
  [/^choices\.\d+\.message\.role$/, 'a response is always the assistant'],
  [/^choices\.\d+\.message\.tool_calls\.\d+\.type$/, 'told by the kind of the part'],
  [/^output\.\d+\.(type|role|status)$/, 'told by the kind of the part; items kept whole hold it'],
  [/^output\.\d+\.(content|summary)\.\d+\.type$/, 'told by the kind of the part'],
  [
    /^(background|instructions|max_output_tokens|max_tool_calls|metadata|parallel_tool_calls|previous_response_id)\b/,
    'repeats the request',
  ],
  [/^(prompt_cache_retention|reasoning|store|temperature|text|tool_choice|tools)\b/, 'repeats the request'],
  [/^(top_logprobs|top_p|truncation|frequency_penalty|presence_penalty)\b/, 'repeats the request'],
];

/** Answers with a 200 that hold no response. */
const UNREADABLE = ['openai-chat/invalid_response'];

/** What an event says beside what the response holds in the end, and why nothing is lost by it. */
const PASSING: readonly [RegExp, string][] = [
  [/^choices\.\d+\.delta\.tool_calls\.\d+\.index$/, 'says where a piece belongs'],
  [/^choices\.\d+\.delta\.(role|tool_calls\.\d+\.type)$/, 'told by the kind of the part'],
  [/^(type|sequence_number|output_index|content_index|summary_index)$/, 'says where a piece belongs'],
  [/^response\./, 'the response as it stood then; the last one is compared whole'],
  [/(^|\.)status$/, 'how far an item was; its end is told'],
  [/^(item|part)\.(type|role)$/, 'told by the kind of the part'],
  [/^item\.(content|summary)\.\d+\.type$/, 'told by the kind of the part'],
  [/^(item\.)?(item_)?id$/, 'one server names an item anew in its last event'],
  [/^logprobs\.\d+\.logprob$/, 'rounded in the last event, which is the response'],
  [/^item\.encrypted_content$/, 'encrypted anew in the last event'],
];

const recordings = readRecordings();
const exchanges = recordings.flatMap(({ name, exchanges: all }) =>
  all.map((exchange, index) => ({ name, title: `${name} #${index}`, exchange })),
);

describe('recorded answers', () => {
  const used = new Set<RegExp>();

  const readable = exchanges.filter(
    ({ name, exchange }) => exchange.response.status < 300 && !UNREADABLE.includes(name),
  );
  const streamed = readable.filter(({ exchange }) => typeof exchange.response.body === 'string');

  it.each(readable)('$title is read without loss', async ({ exchange }) => {
    const response = await answerOf(exchange);
    const { body: recorded } = exchange.response;
    const body = typeof recorded === 'string' ? await wholeBodyOf(exchange) : recorded;
    expect(response).toMatchObject({ modelName: body['model'], providerResponseId: body['id'] });
    // One recording was made by hand, with a status that the API does not have.
    const hasReason = body['status'] !== 'complete';
    expect(typeof response.finishReason).toBe(hasReason ? 'string' : 'undefined');
    expect(missingLeaves(body, response, used)).toEqual([]);
  });

  it.each(exchanges.filter(({ name }) => UNREADABLE.includes(name)))(
    '$title is refused',
    async ({ exchange }) => {
      await expect(answerOf(exchange)).rejects.toMatchObject({ name: 'ModelRequestError', retryable: false });
    },
  );

  const failed = exchanges.filter(({ exchange }) => exchange.response.status >= 300);

  it.each(failed)('$title becomes an error that is told', async ({ exchange }) => {
    const { error } = exchange.response.body as { error: { code: string | null; message: string } }; // recorded 4xx
    await expect(answerOf(exchange)).rejects.toMatchObject({
      name: 'ModelRequestError',
      status: exchange.response.status,
      code: error.code ?? undefined,
      retryable: false,
      message: expect.stringContaining(error.message.slice(0, 200)),
    });
  });

  it.each(streamed)('$title holds what each of its events told', async ({ exchange }) => {
    const response = await answerOf(exchange);
    const held = leavesOf(response).map(([, value]) => value);
    const leaves = eventsOf(exchange).flatMap((event) => leavesOf(event));
    const missing = leaves.filter(([path, value]) => !isNothing(path, value) && !isHeld(held, value));
    const lost = missing.filter(([path]) => {
      const excuse = [...NOT_KEPT, ...PASSING].find(([pattern]) => pattern.test(path))?.[0];
      if (excuse !== undefined) used.add(excuse);
      return excuse === undefined;
    });
    expect(lost).toEqual([]);
  });

  it('need each entry of the lists of what is not kept', () => {
    const idle = [...NOT_KEPT, ...PASSING]
      .filter(([pattern]) => !used.has(pattern))
      .map(([pattern]) => String(pattern));
    expect(idle).toEqual([]);
  });

  it('are all of an API that is known', () => {
    expect(exchanges.filter(({ exchange }) => apiOf(exchange) === undefined)).toEqual([]);
    expect(recordings).toHaveLength(87);
  });
});

/** A piece of a text is held by the text. */
function isHeld(held: readonly unknown[], value: unknown): boolean {
  return held.some((whole) =>
    typeof whole === 'string' && typeof value === 'string' ? whole.includes(value) : whole === value,
  );
}

/** Leaves of the body that the response does not hold, each counted as often as it occurs. */
function missingLeaves(body: JsonObject, response: ModelResponse, used: Set<RegExp>): string[] {
  const held = new Map<unknown, number>();
  for (const [, value] of leavesOf(response)) held.set(value, (held.get(value) ?? 0) + 1);
  const take = (value: unknown): boolean => {
    const count = held.get(value) ?? 0;
    if (count > 0) held.set(value, count - 1);
    return count > 0;
  };
  const leaves = leavesOf(body).map(([path, value]) => ({
    path,
    value,
    excuse: NOT_KEPT.find(([pattern]) => pattern.test(path))?.[0],
  }));
  // An excuse is needed only where the value really is missing.
  for (const { value, excuse } of leaves) if (excuse !== undefined && !held.has(value)) used.add(excuse);
  return leaves
    .filter(({ path, value, excuse }) => excuse === undefined && !isNothing(path, value) && !take(value))
    .map(({ path, value }) => `${path}: ${String(value).slice(0, 80)}`);
}

/** A null, an empty text and a count of nothing say the same as a missing field. */
function isNothing(path: string, value: unknown): boolean {
  return value === null || value === '' || (value === 0 && /^(usage|tool_usage)\./.test(path));
}

function leavesOf(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, child]) =>
    leavesOf(child, path === '' ? key : `${path}.${key}`),
  );
}
