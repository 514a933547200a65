import { createHash, randomBytes } from 'node:crypto';
import { isJsonObject } from '../common/json';

/** The same for the same values, in whatever order their keys come. */
export function digestOf(value: object): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    isJsonObject(item) ? Object.fromEntries(Object.entries(item).sort(byKey)) : item,
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** Sortable by the time at which it was made, and unique. */
export function createId(prefix: string): string {
  const time = Date.now().toString(36).padStart(9, '0');
  return `${prefix}-${time}${randomBytes(5).toString('hex')}`;
}
