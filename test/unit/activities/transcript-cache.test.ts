import * as fc from 'fast-check';
import { TranscriptCache } from '../../../src/activities/transcript-cache';
import { compactedAddress, EMPTY_TRANSCRIPT, type TranscriptDelta } from '../../../src/common/transcript';
import {
  addressOf,
  messagesOf,
  type OwnDescriptor,
  partOf,
  REQUEST,
  responseOf,
  segmentOf,
} from '../../support/transcripts';

const RUN = 'workflow/run';

const first: readonly OwnDescriptor[] = [{ input: true }];
const second: readonly OwnDescriptor[] = [
  ...first,
  { response: 'r1' },
  { request: [{ result: 'p1' }, { result: 'p2' }] },
];
const third: readonly OwnDescriptor[] = [...second, { response: 'r2' }, { request: [{ result: 'p3' }] }];

function deltaOf(path: readonly OwnDescriptor[], known: number): TranscriptDelta {
  return { base: addressOf(path.slice(0, known)), append: path.slice(known) };
}

/** A cache that went through `second` by the results of its own worker's activities. */
function warmCache(): TranscriptCache {
  const cache = new TranscriptCache();
  cache.keepRequest(RUN, { request: REQUEST }, 10);
  cache.messages(RUN, deltaOf(first, 0));
  cache.keepResult(RUN, { id: 'r1', value: responseOf('r1') }, 10);
  cache.keepResult(RUN, { id: 'p1', value: partOf('p1') }, 10);
  cache.keepResult(RUN, { id: 'p2', value: partOf('p2') }, 10);
  return cache;
}

describe('a cache of transcripts', () => {
  it('puts messages together from what its worker asked and produced', () => {
    const cache = warmCache();
    expect(cache.messages(RUN, deltaOf(second, 1))).toEqual(messagesOf(second));
  });

  it('does not know a transcript of which one result was produced elsewhere', () => {
    const cache = warmCache();
    cache.messages(RUN, deltaOf(second, 1));
    cache.keepResult(RUN, { id: 'p3', value: partOf('p3') }, 10);
    expect(cache.messages(RUN, deltaOf(third, 3))).toBeUndefined();
  });

  it('goes on from what was restored', () => {
    const cache = new TranscriptCache();
    cache.keepSegment(RUN, EMPTY_TRANSCRIPT, { segment: segmentOf(second, 0), size: 100 });
    cache.keepResult(RUN, { id: 'r2', value: responseOf('r2') }, 10);
    cache.keepResult(RUN, { id: 'p3', value: partOf('p3') }, 10);
    expect(cache.messages(RUN, deltaOf(third, 3))).toEqual(messagesOf(third));
  });

  it('needs no result that it restored as a part of a message', () => {
    const cache = warmCache();
    cache.messages(RUN, deltaOf(second, 1));
    const segment = segmentOf([...second, { response: 'r2' }], 3);
    cache.keepSegment(RUN, addressOf(second), { segment, size: 10 });
    cache.keepResult(RUN, { id: 'p3', value: partOf('p3') }, 10);
    expect(cache.messages(RUN, deltaOf(third, 3))).toEqual(messagesOf(third));
  });

  it('never takes the answer of a late attempt for the one that counted', () => {
    const cache = warmCache();
    cache.keepResult(RUN, { id: 'late', value: responseOf('late') }, 10);
    expect(cache.messages(RUN, deltaOf(second, 1))).toEqual(messagesOf(second));
  });

  it('drops what was restored after a state that it lost meanwhile', () => {
    const cache = new TranscriptCache();
    const restored = { segment: segmentOf(third, 3), size: 10 };
    for (let time = 0; time < 5; time++) cache.keepSegment(RUN, addressOf(second), restored);
    expect(cache.messages(RUN, deltaOf(third, 5))).toBeUndefined();
    expect(cache.request(RUN)).toEqual(REQUEST);
  });

  it('names the state from which a restoration can start', () => {
    const cache = warmCache();
    cache.messages(RUN, deltaOf(second, 1));
    const known = { address: addressOf(second), messages: messagesOf(second) };
    expect(cache.closestTo(RUN, deltaOf(third, 3))).toEqual(known);
    expect(cache.closestTo(RUN, deltaOf(third, 5))).toEqual(known);
    expect(cache.closestTo('another run', deltaOf(third, 3)).address).toEqual(EMPTY_TRANSCRIPT);
  });

  it('forgets the least recently used run when it is full', () => {
    const cache = new TranscriptCache(100_000);
    cache.keepRequest('old', { request: REQUEST }, 60_000);
    cache.keepRequest('new', { request: REQUEST }, 60_000);
    expect(cache.request('old')).toBeUndefined();
    expect(cache.request('new')).toEqual(REQUEST);
  });

  it('does not count what is gone (bug: a run that was compacted often enough was forgotten each time)', () => {
    const cache = new TranscriptCache(100_000);
    for (let step = 0; step < 10; step++) {
      const id = `c${step}`;
      cache.keepRequest(RUN, { request: REQUEST }, 20_000);
      cache.keepResult(RUN, { id: 'r1', value: responseOf('r1') }, 40_000);
      const address = compactedAddress(addressOf(second), { id, length: 1 });
      cache.keepCompacted(RUN, { address, messages: messagesOf(first) }, 30_000);
      expect(cache.messages(RUN, { base: address, append: [] })).toEqual(messagesOf(first));
      cache.keepSegment(RUN, EMPTY_TRANSCRIPT, { segment: segmentOf(first, 0), size: 60_000 });
    }
    expect(cache.request(RUN)).toEqual(REQUEST);
  });

  it('keeps nothing of a run that does not fit', () => {
    const cache = new TranscriptCache(100_000);
    cache.keepRequest(RUN, { request: REQUEST }, 100_001);
    expect(cache.request(RUN)).toBeUndefined();
  });

  it('counts what a run takes beside its text (bug: small runs took five times what was allowed)', () => {
    const cache = new TranscriptCache(100_000);
    for (let run = 0; run < 100; run += 1) cache.keepRequest(`run ${run}`, { request: REQUEST }, 1);
    const known = Array.from({ length: 100 }, (_, run) => cache.request(`run ${run}`));
    expect(known.filter((request) => request !== undefined)).toHaveLength(78); // of 1,281 bytes each
  });

  it('counts what each message takes beside its text', () => {
    const cache = new TranscriptCache(3_000);
    cache.keepRequest(RUN, { request: REQUEST }, 1);
    for (const id of ['1', '2', '3', '4', '5', '6']) cache.keepResult(RUN, { id, value: partOf(id) }, 1);
    expect(cache.request(RUN)).toEqual(REQUEST);
    cache.keepResult(RUN, { id: '7', value: partOf('7') }, 1);
    expect(cache.request(RUN)).toBeUndefined();
  });
});

describe('a workflow run that goes on with another one', () => {
  const NEXT = 'workflow/next';
  const tail = second.slice(1);
  const knowsAll = (cache: TranscriptCache) => cache.messages(NEXT, { base: addressOf(second), append: [] });

  it('knows what that one had added, which it will not name again (bug: each one began with a query)', () => {
    const cache = warmCache();
    cache.adopt(NEXT, RUN);
    expect(knowsAll(cache)).toBeUndefined();
    cache.reach(NEXT, { address: addressOf(second), tail });
    expect(knowsAll(cache)).toEqual(messagesOf(second));
  });

  it('knows what that one had begun with', () => {
    const cache = new TranscriptCache();
    cache.keepRequest(RUN, { request: REQUEST }, 10);
    cache.adopt(NEXT, RUN);
    cache.reach(NEXT, { address: addressOf(first), tail: first });
    expect(cache.messages(NEXT, { base: addressOf(first), append: [] })).toEqual(messagesOf(first));
  });

  it('takes over nothing that is not the same', () => {
    const cache = warmCache();
    cache.adopt(NEXT, RUN);
    const address = { ...addressOf(second), version: 'fork' };
    cache.reach(NEXT, { address, tail });
    expect(cache.messages(NEXT, { base: address, append: [] })).toBeUndefined();
    cache.reach('unknown', { address: addressOf(second), tail });
    expect(cache.messages('unknown', { base: addressOf(second), append: [] })).toBeUndefined();
  });
});

/** Few ids, so that paths share beginnings, fork, and meet results again. */
const responseId = fc.constantFrom('r1', 'r2');
const partId = fc.constantFrom('p1', 'p2');
const descriptor: fc.Arbitrary<OwnDescriptor> = fc.oneof(
  responseId.map((response) => ({ response })),
  fc
    .array(partId, { minLength: 1, maxLength: 2 })
    .map((ids) => ({ request: ids.map((result) => ({ result })) })),
  fc.constant({ request: [{ kind: 'retry-prompt' as const, content: 'Please return text.' }] }),
);
const path = fc.array(descriptor, { maxLength: 4 }).map((later) => [...first, ...later]);

const size = fc.integer({ min: 1, max: 30 });

/** What happens on a worker, in any order: activities of late attempts and of other runs come in between. */
const anyOperation = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), size }),
  fc.record({ kind: fc.constant('response' as const), id: responseId, size }),
  fc.record({ kind: fc.constant('part' as const), id: partId, size }),
  fc.record({ kind: fc.constant('restored' as const), path, known: fc.nat(5), size }),
  fc.record({ kind: fc.constant('asked' as const), path, known: fc.nat(5) }),
  fc.record({ kind: fc.constant('reached' as const), path, known: fc.nat(5) }),
);

type Operation = typeof anyOperation extends fc.Arbitrary<infer Value> ? Value : never;

/** Carries an operation out; what the cache says of a transcript must be unknown, or true. */
function apply(cache: TranscriptCache, run: string, operation: Operation): void {
  switch (operation.kind) {
    case 'request':
      return cache.keepRequest(run, { request: REQUEST }, operation.size);
    case 'response':
      return cache.keepResult(run, { id: operation.id, value: responseOf(operation.id) }, operation.size);
    case 'part':
      return cache.keepResult(run, { id: operation.id, value: partOf(operation.id) }, operation.size);
    case 'restored': {
      const from = Math.min(operation.known, operation.path.length);
      const segment = segmentOf(operation.path, from);
      const have = addressOf(operation.path.slice(0, from));
      return cache.keepSegment(run, have, { segment, size: operation.size });
    }
    case 'reached': {
      const tail = operation.path.slice(operation.known);
      return cache.reach(run, { address: addressOf(operation.path), tail });
    }
    case 'asked': {
      const delta = deltaOf(operation.path, Math.min(operation.known, operation.path.length));
      const known = cache.messages(run, delta);
      if (known !== undefined) expect(known).toEqual(messagesOf(operation.path));
    }
  }
}

describe('whatever happens on a worker', () => {
  it('the cache knows the right messages of a transcript, or none', () => {
    const history = fc.array(fc.tuple(fc.constantFrom('one', 'two'), anyOperation), { maxLength: 40 });
    fc.assert(
      fc.property(history, fc.integer({ min: 1_000, max: 12_000 }), (operations, maxSize) => {
        const cache = new TranscriptCache(maxSize);
        for (const [run, step] of operations) apply(cache, run, step);
      }),
      { numRuns: 3_000 },
    );
  });

  it('the state that a restoration starts from is one that the run went through', () => {
    fc.assert(
      fc.property(path, fc.array(anyOperation, { maxLength: 20 }), (asked, operations) => {
        const cache = new TranscriptCache();
        for (const step of operations) apply(cache, RUN, step);
        const { address, messages } = cache.closestTo(RUN, deltaOf(asked, asked.length));
        expect(messages).toHaveLength(address.length);
        const shared = asked.slice(0, address.length);
        const isShared = addressOf(shared).version === address.version;
        expect(messages).toEqual(isShared ? messagesOf(shared) : messages);
      }),
      { numRuns: 2_000 },
    );
  });
});
