import { isJsonObject, type JsonObject } from '../../../common/json';

/**
 * What the provider sent beyond the fields we read. Nulls and empties are left out: every byte of a response is
 * recorded at every step.
 */
export function detailsOf(object: object, known: readonly string[]): JsonObject {
  const fields: [string, unknown][] = Object.entries(object);
  const rest = fields.filter(([key, value]) => !known.includes(key) && !isEmpty(value));
  return Object.fromEntries(rest) as JsonObject; // came out of `JSON.parse`, as all that the provider sends
}

/** The field of a part or a response that holds the details, if there are any. */
export function withDetails(details: JsonObject): { providerDetails?: JsonObject } {
  return Object.keys(details).length === 0 ? {} : { providerDetails: details };
}

/** A field of the details that is an object itself; empty when there is none. */
export function detailObject(details: JsonObject | undefined, key: string): JsonObject {
  const value = details?.[key];
  return isJsonObject(value) ? value : {};
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
