// A book of any length, made up as it is read. Each page names the next one, so that none can be skipped.
import { createHash } from 'node:crypto';

/** Characters on a page. */
const PAGE_LENGTH = 2_000;

export interface Page {
  readonly page: number;
  readonly text: string;
  /** Absent on the last page. */
  readonly next?: string;
}

export function codeOf(page: number): string {
  return `${page}-${hash(`code of ${page}`).slice(0, 6)}`;
}

/** Nothing when there is no such page. */
export function readPage(code: string, pages: number): Page | undefined {
  const page = Number.parseInt(code, 10);
  if (code !== codeOf(page) || page < 1 || page > pages) return undefined;
  return { page, text: textOf(page), ...(page < pages ? { next: codeOf(page + 1) } : {}) };
}

export function lastWordOf(pages: number): string {
  return textOf(pages).split(' ').at(-1) ?? '';
}

const WORDS = 'ash brook cedar dune elm fern grove heath iris juniper kelp larch moss nettle oak pine'.split(
  ' ',
);

function textOf(page: number): string {
  const words: string[] = [];
  for (let length = 0, block = 0; length < PAGE_LENGTH; block += 1) {
    for (const digit of hash(`page ${page} ${block}`)) {
      const word = WORDS[Number.parseInt(digit, 16)] ?? '';
      words.push(word);
      length += word.length + 1;
    }
  }
  const text = words.join(' ');
  return text.slice(0, text.lastIndexOf(' ', PAGE_LENGTH));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
