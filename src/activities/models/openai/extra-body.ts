import { isJsonArray, isJsonObject } from '../../../common/json';

/**
 * The body with more fields. Objects are merged one level deep and `include` lists are joined, so that `text:
 * { verbosity }` leaves the output schema where it is; anything else replaces what was there.
 */
export function withExtraBody<T extends object>(body: T, extra: object = {}): T {
  const known = new Map<string, unknown>(Object.entries(body));
  const fields = Object.entries(extra).map(([key, value]) => [key, merged(key, known.get(key), value)]);
  return { ...body, ...Object.fromEntries(fields) } as T; // what the user adds is the user's to answer for
}

function merged(key: string, known: unknown, value: unknown): unknown {
  if (isJsonObject(known) && isJsonObject(value)) return { ...known, ...value };
  if (key !== 'include' || !isJsonArray(known) || !isJsonArray(value)) return value;
  return [...new Set([...known, ...value])];
}
