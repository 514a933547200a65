import { LRUCache } from 'lru-cache';
import type { ModelMessage, ModelResponse, RequestPart } from '../common/messages';
import {
  advanceAddress,
  EMPTY_TRANSCRIPT,
  targetOf,
  type RecordedResults,
  toMessages,
  type TranscriptAddress,
  type TranscriptDelta,
} from '../common/transcript';
import { historyOf, unpackMessages } from '../common/packed-messages';
import {
  type RunRequest,
  toFirstMessage,
  type TranscriptReached,
  type TranscriptSegment,
} from '../common/wire';
import type { RestoredSegment } from './restore-transcript';

/** What the transcripts that a worker keeps take of its heap, about, in bytes. */
export const DEFAULT_TRANSCRIPT_CACHE_SIZE = 128 * 1024 * 1024;

/** What V8 takes for a run, and for each message, beside their text, in bytes; as measured. */
const BYTES_PER_RUN = 1_280;
const BYTES_PER_MESSAGE = 256;

/** A transcript up to one address. */
export interface TranscriptState {
  readonly address: TranscriptAddress;
  readonly messages: readonly ModelMessage[];
}

/** What a worker remembers of a run. Losing it costs a query, never a message. */
interface CachedRun {
  request: RunRequest | undefined;
  /** The turn whose request it is. */
  turn: string | undefined;
  messages: ModelMessage[];
  /** The version after each message. */
  versions: string[];
  /** What this worker's activities produced and no message holds yet, by the id drawn for it. */
  readonly results: Map<string, ModelResponse | RequestPart>;
  /** JSON characters of messages and results, and of the request. */
  size: number;
  requestSize: number;
}

/** What one activity produced, by the id drawn for it. */
interface ActivityResult {
  readonly id: string;
  readonly value: ModelResponse | RequestPart;
}

/** What a run, or a turn of a conversation, was asked. */
export interface AskedRequest {
  readonly request: RunRequest;
  readonly turn?: string | undefined;
}

/** The transcripts of the runs that a worker serves, least recently used ones forgotten first. */
export class TranscriptCache {
  readonly #runs: LRUCache<string, CachedRun>;

  constructor(maxSize = DEFAULT_TRANSCRIPT_CACHE_SIZE) {
    this.#runs = new LRUCache({ maxSize, sizeCalculation: sizeOf });
  }

  request(run: string, turn?: string): RunRequest | undefined {
    const cached = this.#runs.get(run);
    return cached?.turn === turn ? cached?.request : undefined;
  }

  /** The messages that a delta leads to, or `undefined` when something in it is not known here. */
  messages(run: string, delta: TranscriptDelta): readonly ModelMessage[] | undefined {
    const target = targetOf(delta);
    const cached = this.#runs.get(run);
    if (cached === undefined) return undefined;
    if (!holds(cached, target) && !(holds(cached, delta.base) && extend(cached, delta))) {
      return withLastResponse(cached, target);
    }
    return cached.messages.slice(0, target.length);
  }

  /** The latest state known that can be on the way to an address; the run's workflow says whether it is. */
  closestTo(run: string, { base }: TranscriptDelta): TranscriptState {
    const cached = this.#runs.get(run);
    if (cached === undefined) return { address: EMPTY_TRANSCRIPT, messages: [] };
    const { messages, versions } = cached;
    if (holds(cached, base)) return { address: base, messages: messages.slice(0, base.length) };
    return { address: { length: messages.length, version: versions.at(-1) ?? '' }, messages };
  }

  keepRequest(run: string, { request, turn }: AskedRequest, size: number): void {
    this.#change(run, 0, (cached) => Object.assign(cached, { request, turn, requestSize: size }));
  }

  keepResult(run: string, { id, value }: ActivityResult, size: number): void {
    this.#change(run, size, ({ results }) => results.set(id, value));
  }

  /** Keeps what a compaction made of the messages, in place of them. */
  keepCompacted(run: string, { address, messages }: TranscriptState, size: number): void {
    this.#change(run, size, (cached) => {
      cached.messages = [...messages];
      cached.versions = versionsBefore(address);
      cached.results.clear();
      cached.size = 0; // what is gone takes no room
    });
  }

  /** Takes over what is known of the workflow run that the current one goes on with. */
  adopt(run: string, from: string): void {
    const known = this.#runs.get(from);
    if (known === undefined || this.#runs.has(run)) return;
    this.#runs.delete(from);
    this.#runs.set(run, known);
  }

  /** Makes messages of results that nobody will name again. What is lacking is asked for when it is needed. */
  reach(run: string, { address, tail }: TranscriptReached): void {
    const cached = this.#runs.get(run);
    if (cached === undefined) return;
    const length = address.length - targetOf({ base: EMPTY_TRANSCRIPT, append: tail }).length;
    const delta = { base: { length, version: cached.versions[length - 1] ?? '' }, append: tail };
    if (targetOf(delta).version === address.version) extend(cached, delta);
  }

  /** Keeps what was restored after the state `have`; by now the cache may hold another one, or none. */
  keepSegment(run: string, have: TranscriptAddress, { segment, size }: RestoredSegment): void {
    this.#change(run, size, (cached) => {
      cached.request = segment.request;
      cached.turn = segment.turn;
      if (segment.from > 0 && !holds(cached, have)) return;
      if (segment.from === 0) cached.size = 0;
      const { messages, versions } = segment.from > 0 ? cached : toStart(segment);
      const kept = segment.from > 0 ? segment.from : segment.start.length;
      cached.messages = [...messages.slice(0, kept), ...segment.messages];
      cached.versions = [...versions.slice(0, kept), ...segment.versions];
    });
  }

  #change(run: string, size: number, change: (cached: CachedRun) => void): void {
    const cached = this.#runs.get(run) ?? {
      request: undefined,
      turn: undefined,
      messages: [],
      versions: [],
      results: new Map(),
      size: 0,
      requestSize: 0,
    };
    change(cached);
    cached.size += size;
    this.#runs.delete(run); // set anew, so that its size is counted anew
    this.#runs.set(run, cached);
  }
}

function sizeOf({ size, requestSize, messages, results }: CachedRun): number {
  return BYTES_PER_RUN + requestSize + size + BYTES_PER_MESSAGE * (messages.length + results.size);
}

function holds({ versions }: CachedRun, { length, version }: TranscriptAddress): boolean {
  return length === 0 || (version !== '' && versions[length - 1] === version);
}

/** What the run does not hold one by one, and the versions after it. */
function toStart({ start, earlier }: TranscriptSegment): Pick<CachedRun, 'messages' | 'versions'> {
  return { messages: unpackMessages(earlier).slice(0, start.length), versions: versionsBefore(start) };
}

/** Of messages that came together only the last one has an address. */
function versionsBefore({ length, version }: TranscriptAddress): string[] {
  return Array.from({ length }, (_, index) => (index === length - 1 ? version : ''));
}

/** The messages between two states, when the cached transcript went through the later one. */
function messagesBetween(
  cached: CachedRun,
  { length }: TranscriptAddress,
  after: TranscriptAddress,
): readonly ModelMessage[] | undefined {
  return holds(cached, after) ? cached.messages.slice(length, after.length) : undefined;
}

/** Replaces everything after a delta's base by what it appends; changes nothing when a part of it is unknown. */
function extend(cached: CachedRun, { base, append }: TranscriptDelta): boolean {
  const messages = cached.messages.slice(0, base.length);
  const versions = cached.versions.slice(0, base.length);
  let address = base;
  for (const descriptor of append) {
    const next = advanceAddress(address, descriptor);
    const known = messagesBetween(cached, address, next) ?? toMessages(descriptor, resultsOf(cached));
    if (known === undefined) return false;
    messages.push(...known);
    versions.push(...known.slice(1).map(() => ''), next.version);
    address = next;
  }
  cached.messages = messages;
  cached.versions = versions;
  cached.results.clear();
  return true;
}

/** A tool call's transcript ends with the response that made the call, which no request has made a message of yet. */
function withLastResponse(
  { messages, versions, results }: CachedRun,
  target: TranscriptAddress,
): readonly ModelMessage[] | undefined {
  const length = target.length - 1;
  if (length < 0 || length > messages.length) return undefined;
  const before = { length, version: versions[length - 1] ?? '' };
  for (const [id, result] of results) {
    if (result.kind !== 'response') continue;
    const { version } = advanceAddress(before, { response: id });
    if (version === target.version) return [...messages.slice(0, length), result];
  }
  return undefined;
}

function resultsOf({ request, turn, results }: CachedRun): RecordedResults {
  return {
    history: () => (request?.messageHistory === undefined ? undefined : historyOf(request)),
    input: (of) => (request !== undefined && of === turn ? toFirstMessage(request) : undefined),
    response: (id) => {
      const result = results.get(id);
      return result?.kind === 'response' ? result : undefined;
    },
    part: (id) => {
      const result = results.get(id);
      return result === undefined || result.kind === 'response' ? undefined : result;
    },
  };
}
