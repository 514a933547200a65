import type { JsonValue } from './json';

/**
 * A value as JSON keeps it, or a `TypeError` that says where it would be lost. `JSON.stringify` alone turns a `Map` into
 * `{}` and `NaN` into `null` without a word.
 */
export function toJsonValue(value: unknown, path = 'value', above: readonly object[] = []): JsonValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value; // JSON has no -0
  if (typeof value !== 'object') throw new TypeError(`${path} is ${describe(value)}, which is not JSON`);
  if (above.includes(value)) throw new TypeError(`${path} refers back to an object that holds it`);
  return objectToJson(value, path, [...above, value]);
}

function objectToJson(value: object, path: string, above: readonly object[]): JsonValue {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const toJSON = value.toJSON as () => unknown; // called as `JSON.stringify` does
    return toJsonValue(toJSON.call(value), path, above);
  }
  if (Array.isArray(value)) return value.map((item, index) => toJsonValue(item, `${path}[${index}]`, above));
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw new TypeError(`${path} is ${describe(value)}, which is not JSON`);
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, toJsonValue(item, `${path}.${key}`, above)]));
}

function describe(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}
