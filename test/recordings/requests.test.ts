// Needs the recordings beside the repository. Builds each recorded request again, from what we made of the answers before.
import { openAIChatModel, openAIResponsesModel } from '../../src/activities/models/openai';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/common/json';
import type { ModelResponse } from '../../src/common/messages';
import type { ModelRequestParameters } from '../../src/common/model';
import { requestParameters } from '../support/model-request';
import { startOpenAIServer } from '../support/openai-server';
import { toTools, toTranscript } from '../support/recorded-history';
import { apiOf, type Exchange, isStreamed, readRecordings, type Recording } from '../support/recordings';

/** Differences that any recording may have: written down otherwise, or said though it is the default. */
const EVERYWHERE: readonly [string, (body: JsonObject) => JsonObject][] = [
  ["'stream: false' is the default", ({ stream: _, ...body }) => body],
  ["'n: 1' is the default", ({ n: _, ...body }) => body],
  [
    'no earlier response is the default',
    ({ previous_response_id: id, ...body }) => (id ? { ...body, previous_response_id: id } : body),
  ],
  [
    'empty instructions say nothing',
    ({ instructions, ...body }) => (instructions ? { ...body, instructions } : body),
  ],
  [
    'old versions sent an empty text before calls',
    (body) => withMessages(body, (list) => list.filter((item) => item['content'] !== '')),
  ],
  [
    'old versions left out the text beside calls',
    (body) => withMessages(body, (list) => list.map(withContent)),
  ],
  ['a tool without description may say so', (body) => withTools(body)],
];

/** Differences of single recordings, with the reason for each; the named fields are not compared. */
const SINGLE: Readonly<
  Record<string, { readonly why: string; readonly without: (body: JsonObject) => JsonObject }>
> = {
  'openai-chat/compatible_api_with_tool_calls_without_id': {
    why: 'made-up ids differ, and we give the signatures back that Gemini sent',
    without: (body) => withMessages(body, (list) => list.map(withoutIdsAndSignatures)),
  },
  'openai-responses/openai_previous_response_id': {
    why: 'written by hand, before encrypted thoughts were asked for',
    without: ({ include: _, ...body }) => body,
  },
  'openai-responses/openai_previous_response_id_auto_mode': {
    why: 'written by hand, before encrypted thoughts were asked for',
    without: ({ include: _, ...body }) => body,
  },
  'openai-responses/openai_responses_verbosity': {
    why: 'written by hand, before encrypted thoughts were asked for',
    without: ({ include: _, ...body }) => body,
  },
  'openai-responses/openai_responses_model_mcp_server_tool': {
    why: 'items of MCP servers go back whole; the reference empties their lists and results',
    without: (body) => withMessages(body, (list) => list.map(withoutMcpResults)),
  },
};

/** Transcripts that somebody changed between the requests: told as recorded, not from the answers before. */
const CHANGED_BY_HAND = ['openai-responses/openai_responses_thinking_with_modified_history'];

const recordings = readRecordings().filter(({ exchanges }) => !exchanges.some(isStreamed));

describe('recorded requests', () => {
  it.each(recordings)('$name is asked the same way', async (recording) => {
    const built = await replay(recording);
    const compare = SINGLE[recording.name]?.without ?? ((body: JsonObject) => body);
    const recorded = recording.exchanges.map(({ request }) => request.body);
    expect(built.map(normalized).map(compare)).toEqual(recorded.map(normalized).map(compare));
  });

  it('need each of the single differences', async () => {
    for (const recording of recordings.filter(({ name }) => name in SINGLE)) {
      const built = await replay(recording);
      const recorded = recording.exchanges.map(({ request }) => request.body);
      expect(built.map(normalized)).not.toEqual(recorded.map(normalized));
    }
  });
});

/** The requests that we send when the recorded answers are what comes back. */
async function replay({ name, exchanges }: Recording): Promise<JsonObject[]> {
  const server = await startOpenAIServer(
    exchanges.map(({ response: { status, body, contentType } }) => ({
      status,
      body,
      headers: { 'content-type': contentType },
    })),
  );
  const responses: ModelResponse[] = [];
  for (const exchange of exchanges) {
    const known = CHANGED_BY_HAND.includes(name) ? [] : responses;
    const response = await ask(exchange, known, server.baseURL).catch(() => undefined);
    if (response !== undefined) responses.push(response);
  }
  await server.close();
  return server.requests.map(({ body }) => body);
}

async function ask(
  exchange: Exchange,
  responses: readonly ModelResponse[],
  baseURL: string,
): Promise<ModelResponse> {
  const { body } = exchange.request;
  const chat = apiOf(exchange) === 'chat';
  const create = chat ? openAIChatModel : openAIResponsesModel;
  const model = create(String(body['model']), { apiKey: 'test-key', baseURL });
  const messages = body[chat ? 'messages' : 'input'] as readonly JsonObject[]; // recorded
  return model.request(toTranscript(messages, responses), toParameters(body));
}

const READ = ['model', 'messages', 'input', 'tools', 'tool_choice', 'instructions', 'include', 'temperature'];
const ALSO_READ = ['max_completion_tokens', 'user'];

function toParameters(body: JsonObject): ModelRequestParameters {
  const tools = toTools(body['tools']);
  const own = tools === undefined ? [] : ['tools', 'tool_choice'];
  const read = [...READ.filter((key) => !['tools', 'tool_choice'].includes(key)), ...own, ...ALSO_READ];
  const others = Object.entries(body).filter(([key]) => !read.includes(key));
  const logprobs = JSON.stringify(body['include'] ?? []).includes('logprobs')
    ? { include: body['include'] ?? [] }
    : {};
  return requestParameters({
    tools: tools ?? [],
    allowTextOutput: body['tool_choice'] !== 'required',
    ...(typeof body['instructions'] === 'string' ? { instructions: body['instructions'] } : {}),
    settings: {
      ...numberSetting('temperature', body['temperature']),
      ...numberSetting('maxTokens', body['max_completion_tokens']),
      ...(typeof body['user'] === 'string' ? { user: body['user'] } : {}),
      extraBody: { ...Object.fromEntries(others), ...logprobs },
    },
  });
}

function numberSetting(name: string, value: JsonValue | undefined): Record<string, number> {
  return typeof value === 'number' ? { [name]: value } : {};
}

function normalized(body: JsonObject): JsonObject {
  return EVERYWHERE.reduce((rest, [, without]) => without(rest), body);
}

function withMessages(body: JsonObject, change: (messages: JsonObject[]) => JsonObject[]): JsonObject {
  const key = 'messages' in body ? 'messages' : 'input';
  const messages = body[key];
  return Array.isArray(messages) ? { ...body, [key]: change(messages.filter(isJsonObject)) } : body;
}

function withContent(message: JsonObject): JsonObject {
  return 'tool_calls' in message ? { content: null, ...message } : message;
}

function withTools(body: JsonObject): JsonObject {
  const { tools } = body;
  if (!Array.isArray(tools)) return body;
  const described = tools
    .filter(isJsonObject)
    .map(({ description, ...tool }) => (description ? { ...tool, description } : tool));
  return { ...body, tools: described };
}

function withoutIdsAndSignatures(message: JsonObject): JsonObject {
  const { tool_call_id: _, thought_signature: __, extra_content: ___, ...rest } = message;
  const calls = Array.isArray(rest['tool_calls']) ? rest['tool_calls'].filter(isJsonObject) : undefined;
  return calls === undefined ? rest : { ...rest, tool_calls: calls.map(({ id: ____, ...call }) => call) };
}

function withoutMcpResults(item: JsonObject): JsonObject {
  if (item['type'] === 'mcp_list_tools') return { ...item, tools: [] };
  if (item['type'] !== 'mcp_call') return item;
  const { output: _, approval_request_id: __, status: ___, ...call } = item;
  return call;
}
