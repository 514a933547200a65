import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../common/json';

/** An object in the making. It is changed in place: an answer has thousands of chunks. */
type Growing = Record<string, JsonValue>;

export type Completion = Growing & { choices: Growing[] };

/** Texts that come in pieces. Other texts, such as names and ids, come whole, and from some servers again and again. */
const IN_PIECES = new Set([
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'arguments',
  'input',
  'transcript',
  'data',
]);

export function emptyCompletion(): Completion {
  return { choices: [] };
}

/** Whether the model said why it stopped. */
export function isFinished({ choices: [first] }: Completion): boolean {
  return typeof first?.['finish_reason'] === 'string';
}

export function mergeChunk(completion: Completion, chunk: JsonObject): void {
  const { choices, obfuscation: _, ...fields } = chunk;
  merge(completion, fields);
  for (const choice of objectsOf(choices)) mergeChoice(completion.choices, choice);
}

function mergeChoice(choices: Growing[], { delta, message, ...choice }: JsonObject): void {
  const known = choices.find(({ index }) => index === (choice['index'] ?? 0)) ?? added(choices, { index: 0 });
  merge(known, choice);
  const growing = growingOf(known, 'message');
  // Some servers tell the message so far beside what is new of it.
  const { tool_calls: calls, ...fields } = isJsonObject(delta) ? delta : isJsonObject(message) ? message : {};
  merge(growing, fields);
  for (const call of objectsOf(calls)) mergeCall(growing, call);
}

function mergeCall(message: Growing, call: JsonObject): void {
  const calls = (message['tool_calls'] ??= []) as Growing[]; // made here and nowhere else
  merge(calls.findLast((known) => isSameCall(known, call)) ?? added(calls, {}), call);
}

/** Gemini's compatible API has one index for all calls, or none. */
function isSameCall(known: Growing, { index, id }: JsonObject): boolean {
  const isOther = Boolean(id) && Boolean(known['id']) && known['id'] !== id;
  return !isOther && (index === undefined || index === null || known['index'] === index);
}

function merge(known: Growing, delta: JsonObject): void {
  for (const [key, value] of Object.entries(delta)) {
    const merged = toMerged(key, known[key], value);
    if (merged !== undefined) known[key] = merged;
  }
}

function toMerged(key: string, known: JsonValue | undefined, value: JsonValue): JsonValue | undefined {
  if (known === undefined || known === null) return value;
  if (value === null) return known;
  if (typeof known === 'string' && typeof value === 'string') {
    return IN_PIECES.has(key) ? known + value : value || known;
  }
  if (isJsonArray(known) && isJsonArray(value)) return [...known, ...value];
  if (!isJsonObject(known) || !isJsonObject(value)) return value;
  const copy: Growing = { ...known };
  merge(copy, value);
  return copy;
}

function growingOf(parent: Growing, field: string): Growing {
  return (parent[field] ??= {}) as Growing; // made here and nowhere else
}

function added(list: Growing[], item: Growing): Growing {
  list.push(item);
  return item;
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}
