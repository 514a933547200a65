// When two requests mean the same: the differences that say nothing, each with its reason.
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/common/json';

type Change = (body: JsonObject) => JsonObject;

/** Differences that any recording may have: written down otherwise, or said though it is the default. */
const EVERYWHERE: readonly [string, Change][] = [
  ["'stream: false' is the default", ({ stream, ...body }) => (stream === true ? { ...body, stream } : body)],
  ["'n: 1' is the default", ({ n: _, ...body }) => body],
  ['a null says as much as nothing', (body) => withoutNulls(body)],
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
  ["'strict: false' is the default of a response format", (body) => withFormat(body)],
];

/** Differences of single recordings, with the reason for each; the named fields are not compared. */
export const SINGLE: Readonly<Record<string, { readonly why: string; readonly without: Change }>> = {
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
  'openai-responses/openai_responses_model_web_search_tool_stream': {
    why: 'the reference drops the sources of a search, and takes thoughts from the event of the single item; the last event, which we take, has them encrypted once more',
    without: (body) => withMessages(body, (list) => list.map(withoutSourcesAndThoughts)),
  },
  'openai-responses/openai_responses_stream': {
    why: "an old version of the reference took the item's id for the call's",
    without: (body) => withMessages(body, (list) => list.map(({ call_id: _, ...item }) => item)),
  },
};

/** The body without what says nothing: equal for requests that mean the same. */
export function meaningOf(body: JsonObject, recording: string): JsonObject {
  const normalized = EVERYWHERE.reduce((rest, [, change]) => change(rest), body);
  return SINGLE[recording]?.without(normalized) ?? normalized;
}

/** The same, the differences of single recordings kept. */
export function literalMeaningOf(body: JsonObject): JsonObject {
  return meaningOf(body, '');
}

function withoutNulls(body: JsonObject): JsonObject {
  const fields = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    fields.map(([key, value]) => [
      key,
      key === 'reasoning' && isJsonObject(value) ? withoutNulls(value) : value,
    ]),
  );
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
  return { ...body, tools: tools.filter(isJsonObject).map(withoutEmptyDescription) };
}

function withoutEmptyDescription({ description, ...tool }: JsonObject): JsonObject {
  const called = tool['function'];
  const inner = isJsonObject(called) ? { function: withoutEmptyDescription(called) } : {};
  return { ...tool, ...inner, ...(description ? { description } : {}) };
}

function withFormat(body: JsonObject): JsonObject {
  const { response_format: format } = body;
  if (!isJsonObject(format) || !isJsonObject(format['json_schema'])) return body;
  const { strict, ...schema } = format['json_schema'];
  return { ...body, response_format: { ...format, json_schema: strict ? { ...schema, strict } : schema } };
}

function withoutIdsAndSignatures(message: JsonObject): JsonObject {
  const { tool_call_id: _, thought_signature: __, extra_content: ___, ...rest } = message;
  const calls: JsonValue | undefined = rest['tool_calls'];
  if (!Array.isArray(calls)) return rest;
  return { ...rest, tool_calls: calls.filter(isJsonObject).map(({ id: ____, ...call }) => call) };
}

function withoutSourcesAndThoughts({ encrypted_content: _, action, ...item }: JsonObject): JsonObject {
  if (!isJsonObject(action)) return item;
  const { sources: __, ...search } = action;
  return { ...item, action: search };
}

function withoutMcpResults(item: JsonObject): JsonObject {
  if (item['type'] === 'mcp_list_tools') return { ...item, tools: [] };
  if (item['type'] !== 'mcp_call') return item;
  const { output: _, approval_request_id: __, status: ___, ...call } = item;
  return call;
}
