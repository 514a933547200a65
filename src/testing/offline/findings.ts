import { ownValue } from '../../common/json';
import { escaped } from './words';

/*
 * What rules can find in a text. Each function returns what it found in the order of the text.
 */

export function quotedTexts(text: string): string[] {
  return matches(text, /"([^"]+)"|“([^”]+)”|‘([^’]+)’|`([^`]+)`|(?<!\p{L})'([^']+)'(?!\p{L})/gu);
}

/** Numbers by themselves: not those inside of ids, dates and times. */
export function numbersIn(text: string): number[] {
  const number = /(?<![\p{L}\d_.,:#-])(?:-(?=\d))?\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}_:-]|[.,]\d|\d)/gu;
  return [...text.matchAll(number)].map(([found]) => Number(found.replaceAll(',', '')));
}

/** Tokens that hold a digit, without a leading `#`: `1042`, `A-17`, `DE99001`. */
export function idsIn(text: string): string[] {
  return matches(text, /(?<![\p{L}\d-])#?(?=[\p{L}_-]*\d)([\p{L}\d](?:[\p{L}\d_-]*[\p{L}\d])?)/gu);
}

/** What stands behind a word as its id: `order 1042`, `order number: A-17`, `orders #7`. */
export function idsAfter(text: string, word: string): string[] {
  const label = `(?<!\\p{L})${escaped(word)}s?(?:\\s+(?:number|no\\.?|id|code|is))*\\s*[:=#]*\\s*`;
  return matches(
    text,
    new RegExp(`${label}["'“]?((?=[\\p{L}_-]*\\d)[\\p{L}\\d](?:[\\p{L}\\d_-]*[\\p{L}\\d])?)`, 'giu'),
  );
}

/** Numbers that belong to a word: `3 nights`, `nights: 3`. */
export function numbersNear(text: string, word: string): number[] {
  const singular = escaped(word.replace(/s$/, ''));
  const number = '(-?\\d+(?:\\.\\d+)?)';
  const before = new RegExp(`(?<![\\p{L}\\d.-])${number}[\\s-]*${singular}s?(?!\\p{L})`, 'giu');
  const after = new RegExp(`(?<!\\p{L})${singular}s?\\s*(?:of|is|:|=)?\\s*${number}(?![\\p{L}\\d])`, 'giu');
  return [...matches(text, before), ...matches(text, after)].map(Number);
}

const NAME = '(\\p{Lu}[\\p{L}’-]+(?:\\s\\p{Lu}[\\p{L}’-]+)*)';

/** Capitalised names that do not start a sentence: places, people, products. */
export function namesIn(text: string): string[] {
  return matches(text, new RegExp(`(?<=[\\p{L}\\p{N},;:)]\\s)${NAME}`, 'gu'));
}

/** Names right behind one of some words: `from Oslo`. */
export function namesAfter(text: string, words: readonly string[]): string[] {
  return matches(text, new RegExp(`(?<!\\p{L})(?:${words.map(toAnyCase).join('|')})\\s+${NAME}`, 'gu'));
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)/g,
  'date-time': /(?<!\d)(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))/g,
  time: /(?<!\d)(\d{2}:\d{2}(?::\d{2})?)(?!\d)/g,
  email: /([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g,
  uri: /(https?:\/\/[^\s"'<>)]*[^\s"'<>).,!?])/g,
  uuid: /([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/gi,
};

/** Texts of a format that JSON Schema names; none for one that is not known here. */
export function formattedTexts(text: string, format: string): string[] {
  const pattern = ownValue(FORMATS, format);
  return pattern === undefined ? [] : matches(text, pattern);
}

/** For when none was found. */
export function sampleOf(format: string): string[] {
  const sample = ownValue(SAMPLES, format);
  return sample === undefined ? [] : [sample];
}

const SAMPLES: Readonly<Record<string, string>> = {
  date: '2030-01-01',
  'date-time': '2030-01-01T12:00:00Z',
  time: '12:00:00',
  email: 'someone@example.com',
  uri: 'https://example.com',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/** The first group that took part in each match. */
function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => {
    const groups: readonly (string | undefined)[] = match.slice(1);
    return groups.find((group) => group !== undefined) ?? '';
  });
}

/** Names are told by their capitals, so the expression as a whole cannot ignore case. */
function toAnyCase(word: string): string {
  return `[${word.charAt(0).toUpperCase()}${word.charAt(0)}]${escaped(word.slice(1))}`;
}
