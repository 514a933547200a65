// Turns what a recorded request says beside its messages into the parameters of ours that say the same.
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/common/json';
import type { ModelRequestParameters, OutputSchema } from '../../src/common/model';
import type { ModelSettings } from '../../src/common/model-settings';
import { requestParameters } from './model-request';
import { toTools } from './recorded-history';

/** Fields that have no word of ours, and so are what a user would put into `extraBody`. */
const EXTRA = ['moderation', 'previous_response_id'];

/** Fields that follow from the model, or that some parameter below tells. */
const TOLD = [
  ...['model', 'messages', 'input', 'stream', 'stream_options', 'n'],
  ...['tools', 'tool_choice', 'web_search_options', 'instructions', 'response_format', 'text', 'include'],
  ...['reasoning', 'temperature', 'max_completion_tokens', 'user', 'service_tier'],
];

export function toParameters(body: JsonObject): ModelRequestParameters {
  const unknown = Object.keys(body).filter((field) => ![...TOLD, ...EXTRA].includes(field));
  if (unknown.length > 0) throw new Error(`New fields in a recorded request: ${unknown.join(', ')}`);
  const outputSchema = toOutputSchema(body);
  const { functions, others } = splitTools(body);
  return requestParameters({
    tools: toTools(functions),
    builtinTools: [...others, ...webSearchOf(body)],
    ...(outputSchema === undefined ? {} : { outputSchema }),
    allowTextOutput: body['tool_choice'] !== 'required',
    ...(typeof body['instructions'] === 'string' ? { instructions: body['instructions'] } : {}),
    settings: toSettings(body),
  });
}

function splitTools({ tools }: JsonObject): { functions: JsonObject[]; others: JsonObject[] } {
  const list = Array.isArray(tools) ? tools.filter(isJsonObject) : [];
  return {
    functions: list.filter(({ type }) => type === 'function'),
    others: list.filter(({ type }) => type !== 'function'),
  };
}

/** To us, a search of the web is a tool, with either API. */
function webSearchOf({ web_search_options: options }: JsonObject): JsonObject[] {
  return isJsonObject(options) ? [{ type: 'web_search', ...options }] : [];
}

function toOutputSchema({ response_format: format, text }: JsonObject): OutputSchema | undefined {
  const chat = objectIn(format, 'json_schema');
  const responses = objectIn(text, 'format');
  const described = chat ?? (responses?.['type'] === 'json_schema' ? responses : undefined);
  if (described === undefined) return undefined;
  const { name, description, schema } = described;
  return {
    name: String(name),
    ...(typeof description === 'string' ? { description } : {}),
    schema: isJsonObject(schema) ? schema : {},
  };
}

function toSettings(body: JsonObject): ModelSettings {
  const { temperature, max_completion_tokens: maxTokens, user, service_tier: serviceTier, reasoning } = body;
  const { effort: reasoningEffort, summary: reasoningSummary } = isJsonObject(reasoning) ? reasoning : {};
  const settings = { temperature, maxTokens, user, serviceTier, reasoningEffort, reasoningSummary };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(given), extraBody: toExtraBody(body) };
}

function toExtraBody(body: JsonObject): JsonObject {
  const extra = Object.entries(body).filter(([field]) => EXTRA.includes(field));
  return {
    ...Object.fromEntries(extra),
    ...restOf('text', body['text'], (field, value) => field !== 'format' || !isSchema(value)),
    ...restOf('reasoning', body['reasoning'], (field) => !['effort', 'summary'].includes(field)),
    ...(isSchema(body['response_format']) ? {} : present('response_format', body['response_format'])),
    ...present('include', includedBeside(body['include'])),
  };
}

/** What is left of an object that is told by parameters in part. */
function restOf(
  name: string,
  value: JsonValue | undefined,
  isLeft: (field: string, value: JsonValue) => boolean,
): JsonObject {
  const fields = isJsonObject(value)
    ? Object.entries(value).filter(([key, child]) => isLeft(key, child))
    : [];
  return fields.length === 0 ? {} : { [name]: Object.fromEntries(fields) };
}

/** Encrypted thoughts are asked for by the model itself. */
function includedBeside(include: JsonValue | undefined): JsonValue | undefined {
  const others = Array.isArray(include)
    ? include.filter((name) => name !== 'reasoning.encrypted_content')
    : [];
  return others.length === 0 ? undefined : others;
}

function present(name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function isSchema(format: JsonValue | undefined): boolean {
  return isJsonObject(format) && format['type'] === 'json_schema';
}

function objectIn(value: JsonValue | undefined, key: string): JsonObject | undefined {
  const child = isJsonObject(value) ? value[key] : undefined;
  return isJsonObject(child) ? child : undefined;
}
