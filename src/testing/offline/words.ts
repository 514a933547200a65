import type { JsonValue } from '../../common/json';

/** The lower-case words of a name: `orderNumber`, `order_number` and `Order number` are all `order`, `number`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Names that differ only in how they are written become the same. */
export function normalized(name: string): string {
  return wordsOf(name).join('');
}

/** Whether a text holds a phrase as whole words, in any case. */
export function mentions(text: string, phrase: string): boolean {
  const words = wordsOf(phrase).join(' ');
  return words !== '' && ` ${wordsOf(text).join(' ')} `.includes(` ${words} `);
}

/** A value as it stands in a sentence. */
export function toText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** For use inside a regular expression. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
