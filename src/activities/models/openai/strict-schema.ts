import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../common/json';

/** What OpenAI's strict mode understands. Any other keyword makes it refuse the whole request. */
const KEYWORDS = new Set([
  ...['type', 'enum', 'const', 'anyOf', '$ref', '$defs', 'title', 'description'],
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'pattern', 'format'],
]);

const FORMATS = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);

/**
 * Whether the provider can enforce a schema: it is one of an object, each object in it is closed, and all of their
 * properties are required.
 */
export function isStrictCompatible(schema: JsonObject): boolean {
  return schema['type'] === 'object' && isEnforceable(schema);
}

function isEnforceable(schema: JsonValue | undefined): boolean {
  if (!isJsonObject(schema)) return false;
  return (
    Object.keys(schema).every((keyword) => KEYWORDS.has(keyword)) &&
    isEnforceableText(schema) &&
    (!isObjectSchema(schema) || isClosed(schema)) &&
    subschemasOf(schema).every(isEnforceable)
  );
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return properties !== undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
}

function isClosed({ properties, required, additionalProperties }: JsonObject): boolean {
  if (additionalProperties !== false || !isJsonObject(properties) || !Array.isArray(required)) return false;
  return Object.keys(properties).every((name) => required.includes(name));
}

function isEnforceableText({ pattern, format }: JsonObject): boolean {
  const looksAround = typeof pattern === 'string' && /\(\?[=!<]/.test(pattern);
  return !looksAround && (format === undefined || (typeof format === 'string' && FORMATS.has(format)));
}

function subschemasOf({ properties, $defs, items, anyOf }: JsonObject): readonly JsonValue[] {
  return [
    ...(isJsonObject(properties) ? Object.values(properties) : []),
    ...(isJsonObject($defs) ? Object.values($defs) : []),
    ...(items === undefined ? [] : [items]),
    ...(isJsonArray(anyOf) ? anyOf : []),
  ];
}
