import type { JsonObject } from '../../common/json';
import type { Leaf } from './conversation';
import {
  formattedTexts,
  idsAfter,
  idsIn,
  namesAfter,
  namesIn,
  numbersIn,
  numbersNear,
  quotedTexts,
  sampleOf,
} from './findings';
import { normalized, toText, wordsOf } from './words';

/** Where the values of a call or of an answer may come from. */
export interface Sources {
  /** What people and tools said in words. */
  readonly text: string;
  readonly leaves: readonly Leaf[];
  /** When set, an answer is made, and this is what it says. */
  readonly summary?: string;
}

/** A value that may be the one wanted; one that is not certain is better than none. */
export interface Candidate<Value> {
  readonly value: Value;
  readonly certain: boolean;
}

const ID_WORDS = ['id', 'number', 'no', 'code', 'key', 'sku', 'reference', 'ref'];
const FREE_TEXT_WORDS =
  'query question text message prompt topic content body note reason description title subject search term terms keyword keywords input expression summary answer response explanation'.split(
    ' ',
  );
const PLACE_WORDS =
  'city place location town country destination origin from to where region area airport station'.split(' ');
const ORIGIN_WORDS = ['from', 'origin', 'departure', 'start'];
const DESTINATION_WORDS = ['to', 'destination', 'arrival', 'end'];

export function textCandidates(name: string, schema: JsonObject, sources: Sources): Candidate<string>[] {
  const format = toText(schema['format'] ?? '');
  const named = certain(namedLeaves(name, sources.leaves).map(({ value }) => String(value)));
  const samples = guesses(sampleOf(format));
  if (samples.length > 0) return [...named, ...certain(formattedTexts(sources.text, format)), ...samples];
  return [...named, ...textsFor(wordsOf(name), sources)];
}

function textsFor(words: readonly string[], sources: Sources): Candidate<string>[] {
  const { text, summary } = sources;
  const isAny = (known: readonly string[]): boolean => words.some((word) => known.includes(word));
  const topics = words.filter((word) => !ID_WORDS.includes(word));
  return [
    ...certain(topics.flatMap((word) => idsAfter(text, word))),
    ...certain(isAny(PLACE_WORDS) ? placesFor(words, text) : []),
    ...certain(isAny(['name']) ? [...quotedTexts(text), ...namesIn(text)] : []),
    ...certain(topics.length === 0 ? idsIn(text) : []),
    ...certain(isAny(FREE_TEXT_WORDS) ? freeTexts(sources) : []),
    ...guesses(summary === undefined ? guessedTexts(words, text) : [summary]),
  ];
}

export function numberCandidates(name: string, { text, leaves, summary }: Sources): Candidate<number>[] {
  const named = namedLeaves(name, leaves).map(({ value }) => Number(value));
  const near = wordsOf(name).flatMap((word) => numbersNear(text, word));
  // An answer is made of what tools returned; the prompt's numbers were their arguments.
  const others = summary === undefined ? certain(numbersIn(text)) : guesses(relatedNumbers(name, leaves));
  return [...certain(named.filter(Number.isFinite)), ...certain(near), ...others];
}

export function booleanCandidates(name: string, { text, leaves }: Sources): Candidate<boolean>[] {
  const named = namedLeaves(name, leaves).filter(({ value }) => typeof value === 'boolean');
  const words = wordsOf(name).join('[\\s-]+');
  const said = new RegExp(`(?<!\\p{L})((?:no|not|without)\\s+(?:an?\\s+)?)?${words}(?!\\p{L})`, 'iu').exec(
    text,
  );
  return [
    ...certain(named.map(({ value }) => value === true)),
    ...certain([said !== null && said[1] === undefined]),
  ];
}

/** `hotelId` is found as `hotelId`, as `hotel_id` and as the `id` of a `hotel`. */
function namedLeaves(name: string, leaves: readonly Leaf[]): Leaf[] {
  const wanted = normalized(name);
  return leaves.filter(({ path }) =>
    [1, 2].some((length) => normalized(path.slice(-length).join(' ')) === wanted),
  );
}

/** Numbers under names that share words with the one wanted, those with most of them first; at last any number. */
function relatedNumbers(name: string, leaves: readonly Leaf[]): number[] {
  const wanted = wordsOf(name);
  const numbers = leaves.flatMap(({ path, value }) => (typeof value === 'number' ? [{ path, value }] : []));
  const shared = ({ path }: { path: readonly string[] }): number =>
    wordsOf(path.join(' ')).filter((word) => wanted.includes(word)).length;
  return numbers.toSorted((left, right) => shared(right) - shared(left)).map(({ value }) => value);
}

function placesFor(words: readonly string[], text: string): string[] {
  const asOrigin = words.some((word) => ORIGIN_WORDS.includes(word));
  const asDestination = words.some((word) => DESTINATION_WORDS.includes(word));
  const prepositions = [...(asOrigin ? ['from'] : asDestination ? ['to'] : ['in', 'at', 'for', 'to'])];
  return [...namesAfter(text, prepositions), ...namesIn(text)];
}

function freeTexts({ text, summary }: Sources): string[] {
  return summary === undefined ? [...quotedTexts(text), text] : [summary];
}

function guessedTexts(words: readonly string[], text: string): string[] {
  const ids = idsIn(text);
  const isId = words.some((word) => ID_WORDS.includes(word));
  return [...(isId ? ids : []), ...quotedTexts(text), ...namesIn(text), ...ids, text];
}

function certain<Value>(values: readonly Value[]): Candidate<Value>[] {
  return values.map((value) => ({ value, certain: true }));
}

function guesses<Value>(values: readonly Value[]): Candidate<Value>[] {
  return values.map((value) => ({ value, certain: false }));
}
