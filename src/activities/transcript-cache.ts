import { LRUCache } from 'lru-cache';
import type { ModelMessage, ModelResponse, RequestPart } from '../common/messages';
import {
  targetOf,
  toMessage,
  advanceAddress,
  type TranscriptAddress,
  type TranscriptDelta,
} from '../common/transcript';
import { type RunRequest, toFirstMessage, type TranscriptSegment } from '../common/wire';

/** JSON characters of all transcripts that a worker keeps. */
export const DEFAULT_TRANSCRIPT_CACHE_SIZE = 128 * 1024 * 1024;

/** What a worker remembers of a run. Losing it costs a query, never a message. */
interface CachedRun {
  request: RunRequest | undefined;
  messages: ModelMessage[];
  /** The version after each message. */
  versions: string[];
  /** What this worker's activities produced and no message holds yet, by the id drawn for it. */
  readonly results: Map<string, ModelResponse | RequestPart>;
  size: number;
}

/** The transcripts of the runs that a worker serves, least recently used ones forgotten first. */
export class TranscriptCache {
  readonly #runs: LRUCache<string, CachedRun>;

  constructor(maxSize = DEFAULT_TRANSCRIPT_CACHE_SIZE) {
    this.#runs = new LRUCache({ maxSize, sizeCalculation: ({ size }) => Math.max(1, size) });
  }

  request(run: string): RunRequest | undefined {
    return this.#runs.get(run)?.request;
  }

  /** The messages that a delta leads to, or `undefined` when something in it is not known here. */
  messages(run: string, delta: TranscriptDelta): readonly ModelMessage[] | undefined {
    const target = targetOf(delta);
    const cached = this.#runs.get(run);
    if (cached === undefined) return undefined;
    if (!holds(cached, target) && !(holds(cached, delta.base) && extend(cached, delta))) return undefined;
    return cached.messages.slice(0, target.length);
  }

  /** The messages at an address, or none. */
  messagesAt(run: string, address: TranscriptAddress): readonly ModelMessage[] {
    const cached = this.#runs.get(run);
    return cached !== undefined && holds(cached, address) ? cached.messages.slice(0, address.length) : [];
  }

  keepRequest(run: string, request: RunRequest, size: number): void {
    this.#change(run, size, (cached) => (cached.request = request));
  }

  keepResult(run: string, id: string, result: ModelResponse | RequestPart, size: number): void {
    this.#change(run, size, ({ results }) => results.set(id, result));
  }

  keepSegment(run: string, segment: TranscriptSegment, size: number): void {
    this.#change(run, size, (cached) => {
      cached.request = segment.request;
      cached.messages = [...cached.messages.slice(0, segment.from), ...segment.messages];
      cached.versions = [...cached.versions.slice(0, segment.from), ...segment.versions];
    });
  }

  #change(run: string, size: number, change: (cached: CachedRun) => void): void {
    const cached = this.#runs.get(run) ?? {
      request: undefined,
      messages: [],
      versions: [],
      results: new Map(),
      size: 0,
    };
    change(cached);
    cached.size += size;
    this.#runs.delete(run); // set anew, so that its size is counted anew
    this.#runs.set(run, cached);
  }
}

function holds({ versions }: CachedRun, { length, version }: TranscriptAddress): boolean {
  return length === 0 || versions[length - 1] === version;
}

/** Replaces everything after a delta's base by what it appends; changes nothing when a part of it is unknown. */
function extend(cached: CachedRun, { base, append }: TranscriptDelta): boolean {
  const messages = cached.messages.slice(0, base.length);
  const versions = cached.versions.slice(0, base.length);
  let address = base;
  for (const descriptor of append) {
    const message = toMessage(descriptor, resultsOf(cached));
    if (message === undefined) return false;
    address = advanceAddress(address, descriptor);
    messages.push(message);
    versions.push(address.version);
  }
  cached.messages = messages;
  cached.versions = versions;
  cached.results.clear();
  return true;
}

function resultsOf({ request, results }: CachedRun): Parameters<typeof toMessage>[1] {
  return {
    input: () => request && toFirstMessage(request),
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
