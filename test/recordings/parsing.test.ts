// Needs the recordings beside the repository. Serves each recorded answer over HTTP and asks for what we make of it.
import { openAIChatModel, openAIResponsesModel } from '../../src/activities/models/openai';
import type { JsonObject } from '../../src/common/json';
import type { ModelResponse } from '../../src/common/messages';
import { asked, requestParameters } from '../support/model-request';
import { startOpenAIServer } from '../support/openai-server';
import { apiOf, type Exchange, isAnswered, isStreamed, readRecordings } from '../support/recordings';

/** What a response of ours does not hold, and why nothing is lost by it. */
const NOT_KEPT: readonly [RegExp, string][] = [
  [/^object$/, 'names the API'],
  [/^(created|created_at|completed_at)$/, 'our own timestamp tells the time of the answer'],
  [/^system_fingerprint$/, 'deprecated by OpenAI'],
  [/^billing\./, 'says who pays for the key'],
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

/** Streams: not covered yet, an issue of its own. A new one is to be added here, or to be read. */
const STREAMED = [
  'agent-runs/complex_agent_run',
  'agent-runs/durability_complex_agent_logfire_span_tree',
  'agent-runs/mcp_tools_cached_across_activities',
  'agent-runs/temporal_agent_iter',
  'agent-runs/temporal_agent_run_stream',
  'agent-runs/temporal_agent_run_stream_events',
  'openai-chat/openai_instructions_with_responses_logprobs_streaming',
  'openai-chat/run_stream_sync_streams_real_model',
  'openai-responses/openai_responses_model_mcp_server_tool_stream',
  'openai-responses/openai_responses_model_web_search_tool_stream',
  'openai-responses/openai_responses_moderation_stream',
  'openai-responses/openai_responses_raw_cot_stream_openrouter',
  'openai-responses/openai_responses_stream',
  'openai-responses/openai_responses_streaming_usage',
  'openai-responses/openai_responses_thinking_with_code_execution_tool_stream',
];

const recordings = readRecordings();
const exchanges = recordings.flatMap(({ name, exchanges: all }) =>
  all.map((exchange, index) => ({ name, title: `${name} #${index}`, exchange })),
);

describe('recorded answers', () => {
  const used = new Set<RegExp>();

  const readable = exchanges.filter(
    ({ name, exchange }) => isAnswered(exchange) && !UNREADABLE.includes(name),
  );

  it.each(readable)('$title is read without loss', async ({ exchange }) => {
    const response = await serve(exchange);
    const body = exchange.response.body as JsonObject; // not streamed
    expect(response).toMatchObject({ modelName: body['model'], providerResponseId: body['id'] });
    // One recording was made by hand, with a status that the API does not have.
    const hasReason = body['status'] !== 'complete';
    expect(typeof response.finishReason).toBe(hasReason ? 'string' : 'undefined');
    expect(missingLeaves(body, response, used)).toEqual([]);
  });

  it.each(exchanges.filter(({ name }) => UNREADABLE.includes(name)))(
    '$title is refused',
    async ({ exchange }) => {
      await expect(serve(exchange)).rejects.toMatchObject({ name: 'ModelRequestError', retryable: false });
    },
  );

  const failed = exchanges.filter(({ exchange }) => exchange.response.status >= 300);

  it.each(failed)('$title becomes an error that is told', async ({ exchange }) => {
    const { error } = exchange.response.body as { error: { code: string | null; message: string } }; // recorded 4xx
    await expect(serve(exchange)).rejects.toMatchObject({
      name: 'ModelRequestError',
      status: exchange.response.status,
      code: error.code ?? undefined,
      retryable: false,
      message: expect.stringContaining(error.message.slice(0, 200)),
    });
  });

  it('need each entry of the list of what is not kept', () => {
    const idle = NOT_KEPT.filter(([pattern]) => !used.has(pattern)).map(([pattern]) => String(pattern));
    expect(idle).toEqual([]);
  });

  it('that are streamed are all listed', () => {
    const streamed = exchanges.filter(
      ({ exchange }) => isStreamed(exchange) && exchange.response.status < 300,
    );
    expect([...new Set(streamed.map(({ name }) => name))]).toEqual(STREAMED);
  });

  it('are all of an API that is known', () => {
    expect(exchanges.filter(({ exchange }) => apiOf(exchange) === undefined)).toEqual([]);
    expect(recordings).toHaveLength(87);
  });
});

async function serve(exchange: Exchange): Promise<ModelResponse> {
  const { status, body, contentType } = exchange.response;
  const server = await startOpenAIServer([{ status, body, headers: { 'content-type': contentType } }]);
  const create = apiOf(exchange) === 'chat' ? openAIChatModel : openAIResponsesModel;
  const model = create(String(exchange.request.body['model']), {
    apiKey: 'test-key',
    baseURL: server.baseURL,
  });
  try {
    return await model.request(asked('hi'), requestParameters());
  } finally {
    await server.close();
  }
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
