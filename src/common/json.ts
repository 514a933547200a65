/** A value that survives JSON, and with it every crossing between client, workflow and activity. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Looks a name up that a model or a user chose, without finding `constructor` in an empty record. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The size of a value as the payload converter writes it, in UTF-8 bytes. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value) as string | undefined; // `undefined` has no JSON, which the compiler does not know
  return utf8Bytes(text ?? '');
}

/** The length of a text in UTF-8 bytes. The workflow sandbox has no `Buffer`, so it is counted by hand. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Cuts a text for people: at most `length` characters, one line, {@link takeCharacters well-formed}. */
export function toOneLine(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= length ? line.toWellFormed() : `${takeCharacters(line, length - 1)}…`;
}

/**
 * The first `length` characters, or one less where the cut would leave half of a surrogate pair. What halves there are
 * elsewhere become U+FFFD: they are no UTF-8, and a worker ends when a failure has one in its text.
 */
export function takeCharacters(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length).toWellFormed();
}
