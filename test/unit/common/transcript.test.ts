import * as fc from 'fast-check';
import type { ModelResponse, RequestPart } from '../../../src/common/messages';
import {
  advanceAddress,
  EMPTY_TRANSCRIPT,
  type MessageDescriptor,
  type PartDescriptor,
  type RecordedResults,
  targetOf,
  toMessages,
} from '../../../src/common/transcript';

const id = fc.oneof(fc.uuid(), fc.constantFrom('constructor', '__proto__', ''));

const inlinePart: fc.Arbitrary<RequestPart> = fc.record({
  kind: fc.constant('retry-prompt' as const),
  content: fc.string(),
});

const partDescriptor: fc.Arbitrary<PartDescriptor> = fc.oneof(
  id.map((result) => ({ result })),
  inlinePart,
);

const descriptor: fc.Arbitrary<MessageDescriptor> = fc.oneof(
  fc.constant({ input: true as const }),
  fc.nat(9).map((history) => ({ history })),
  id.map((response) => ({ response })),
  fc.array(partDescriptor, { maxLength: 4 }).map((request) => ({ request })),
);

const descriptors = fc.array(descriptor, { maxLength: 8 });

const addressAfter = (append: readonly MessageDescriptor[]) => targetOf({ base: EMPTY_TRANSCRIPT, append });

const responseOf = (text: string): ModelResponse => ({
  kind: 'response',
  parts: [{ kind: 'text', content: text }],
  usage: {},
});

const returnOf = (content: string): RequestPart => ({
  kind: 'tool-return',
  toolName: 't',
  toolCallId: 'c',
  content,
  outcome: 'success',
});

function knowing(ids: Iterable<string>, input = true): RecordedResults {
  const known = new Set(ids);
  return {
    history: () => (input ? [responseOf('earlier')] : undefined),
    input: () => (input ? { kind: 'request', parts: [] } : undefined),
    response: (wanted) => (known.has(wanted) ? responseOf(wanted) : undefined),
    part: (wanted) => (known.has(wanted) ? returnOf(wanted) : undefined),
  };
}

function referencesOf(message: MessageDescriptor): string[] {
  if ('response' in message) return [message.response];
  if ('request' in message) return message.request.flatMap((part) => ('result' in part ? [part.result] : []));
  return [];
}

describe('the address of a transcript', () => {
  it('is the same in one step and message by message, from any base', () => {
    fc.assert(
      fc.property(descriptors, descriptors, (first, second) => {
        const base = addressAfter(first);
        expect(targetOf({ base, append: second })).toEqual(addressAfter([...first, ...second]));
      }),
    );
  });

  it('counts the messages', () => {
    const countOf = (message: MessageDescriptor) => ('history' in message ? message.history : 1);
    fc.assert(
      fc.property(descriptors, (append) =>
        expect(addressAfter(append)).toHaveLength(append.reduce((sum, one) => sum + countOf(one), 0)),
      ),
    );
  });

  it('survives JSON: descriptors that crossed a boundary lead to the same address', () => {
    fc.assert(
      fc.property(descriptors, (append) => {
        const crossed = JSON.parse(JSON.stringify(append)) as MessageDescriptor[]; // as it was before
        expect(addressAfter(crossed)).toEqual(addressAfter(append));
      }),
    );
  });

  it('has another version when any message is another one, of the same length or not', () => {
    fc.assert(
      fc.property(descriptors, descriptors, (left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right));
        expect(addressAfter(left).version).not.toBe(addressAfter(right).version);
      }),
    );
  });

  it('has another version when an attempt drew another id', () => {
    fc.assert(
      fc.property(descriptors, id, id, descriptors, (before, left, right, after) => {
        fc.pre(left !== right);
        const withResponse = (response: string) => addressAfter([...before, { response }, ...after]);
        expect(withResponse(left)).toHaveLength(withResponse(right).length);
        expect(withResponse(left).version).not.toBe(withResponse(right).version);
      }),
    );
  });

  it('tells a response from a tool result of the same id', () => {
    const response = advanceAddress(EMPTY_TRANSCRIPT, { response: 'a' });
    const result = advanceAddress(EMPTY_TRANSCRIPT, { request: [{ result: 'a' }] });
    expect(response.version).not.toBe(result.version);
  });

  it('never met the same version in 100,000 ids', () => {
    const versions = new Set<string>();
    for (let index = 0; index < 100_000; index++) {
      versions.add(advanceAddress(EMPTY_TRANSCRIPT, { response: `id-${index}` }).version);
    }
    expect(versions.size).toBe(100_000);
  });
});

describe('a message descriptor', () => {
  it('stands for its message exactly when everything that it refers to is known', () => {
    fc.assert(
      fc.property(descriptor, fc.array(id), fc.boolean(), (message, others, input) => {
        const references = referencesOf(message);
        const known = new Set(others);
        const resolvable =
          'input' in message || 'history' in message
            ? input
            : references.every((reference) => known.has(reference));
        expect(toMessages(message, knowing(known, input)) !== undefined).toBe(resolvable);
        expect(toMessages(message, knowing([...known, ...references]))).toBeDefined();
      }),
    );
  });

  it('keeps the order of its parts', () => {
    const again: RequestPart = { kind: 'retry-prompt', content: 'again' };
    expect(toMessages({ request: [{ result: 'b' }, again, { result: 'a' }] }, knowing(['a', 'b']))).toEqual([
      { kind: 'request', parts: [returnOf('b'), again, returnOf('a')] },
    ]);
  });

  it('of earlier messages is as many as there were, in one step', () => {
    const messages = toMessages({ history: 1 }, knowing([]));
    expect(messages).toEqual([responseOf('earlier')]);
    expect(advanceAddress(EMPTY_TRANSCRIPT, { history: 7 })).toHaveLength(7);
  });

  it('without parts is a request without parts', () => {
    expect(toMessages({ request: [] }, knowing([]))).toEqual([{ kind: 'request', parts: [] }]);
  });
});
