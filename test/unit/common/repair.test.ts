import * as fc from 'fast-check';
import {
  type ModelMessage,
  type RequestPart,
  type ResponsePart,
  toolCallsOf,
} from '../../../src/common/messages';
import { hasOpenCalls, INTERRUPTED_CALL, repairMessages } from '../../../src/common/repair';
import {
  byHand,
  calls,
  type Messages,
  request,
  response,
  retry,
  returned,
  said,
  user,
} from '../../support/messages';

const interrupted = (toolCallId: string): RequestPart => ({
  kind: 'tool-return',
  toolName: 'add',
  toolCallId,
  content: INTERRUPTED_CALL,
  outcome: 'interrupted',
});

describe('a repaired history', () => {
  const sound = [request(user('hi')), response(calls('a')), request(returned('a')), response(said('3'))];

  it.each<{ what: string; messages: Messages; repaired: Messages }>([
    { what: 'is as it was when nothing is wrong', messages: sound, repaired: sound },
    { what: 'may be empty', messages: [], repaired: [] },
    {
      what: 'has no results without a call',
      messages: [request(user('hi'), returned('x')), response(said('ho'))],
      repaired: [request(user('hi')), response(said('ho'))],
    },
    {
      what: 'has no request that held nothing but results without a call',
      messages: [request(returned('x'), retry('y')), response(said('ho'))],
      repaired: [response(said('ho'))],
    },
    {
      what: 'has no result before its call',
      messages: [request(returned('a')), response(calls('a')), request(returned('a', 4))],
      repaired: [response(calls('a')), request(returned('a', 4))],
    },
    {
      what: 'keeps a request without parts, which instructions go with',
      messages: [request(), response(said('ho'))],
      repaired: [request(), response(said('ho'))],
    },
    {
      what: 'keeps requests to retry that answer a text',
      messages: [response(said('?')), request({ kind: 'retry-prompt', content: 'again' })],
      repaired: [response(said('?')), request({ kind: 'retry-prompt', content: 'again' })],
    },
    {
      what: 'has an interrupted return right behind a call without result',
      messages: [request(user('hi')), response(calls('a'))],
      repaired: [request(user('hi')), response(calls('a')), request(interrupted('a'))],
    },
    {
      what: 'has the interrupted return in front of the prompt that followed',
      messages: [response(calls('a'), calls('b')), request(user('never mind'), returned('b'))],
      repaired: [
        response(calls('a'), calls('b')),
        request(interrupted('a'), returned('b'), user('never mind')),
      ],
    },
    {
      what: 'takes a request to retry for a result',
      messages: [response(calls('a')), request(retry('a'))],
      repaired: [response(calls('a')), request(retry('a'))],
    },
    {
      what: 'keeps the first of two results',
      messages: [response(calls('a')), request(returned('a', 1), returned('a', 2)), request(retry('a'))],
      repaired: [response(calls('a')), request(returned('a', 1))],
    },
    {
      what: 'has consecutive requests as one, tool results first',
      messages: [response(calls('a')), request(user('one')), request(user('two'), returned('a'))],
      repaired: [response(calls('a')), request(returned('a'), user('one'), user('two'))],
    },
    {
      what: 'has consecutive responses as one when they were written by hand',
      messages: [byHand(said('a')), byHand(said('b')), byHand(calls('c'))],
      repaired: [byHand(said('a'), said('b'), calls('c')), request(interrupted('c'))],
    },
    {
      what: 'has consecutive responses of a model as they were',
      messages: [response(said('a')), response(said('b')), byHand(said('c'))],
      repaired: [response(said('a')), response(said('b')), byHand(said('c'))],
    },
    {
      what: 'tells calls of one id apart, which some providers number anew in each response (bug: the later one got no result)',
      messages: [response(calls('0')), request(returned('0')), response(calls('0'))],
      repaired: [
        response(calls('0')),
        request(returned('0')),
        response(calls('0')),
        request(interrupted('0')),
      ],
    },
    {
      what: 'gives a result to the latest call of its id',
      messages: [response(calls('0')), response(calls('0')), request(returned('0'))],
      repaired: [
        response(calls('0')),
        request(interrupted('0')),
        response(calls('0')),
        request(returned('0')),
      ],
    },
  ])('$what', ({ messages, repaired }) => {
    expect(repairMessages(messages)).toEqual(repaired);
  });

  it('has the interrupted calls answered for it and nothing said of a response that is marked as interrupted', () => {
    const broken = { ...response(calls('a')), state: 'interrupted' as const };
    expect(repairMessages([broken, request(user('go on'))])).toEqual([
      broken,
      request(interrupted('a'), user('go on')),
    ]);
  });
});

it.each<{ what: string; after: Messages; open: boolean }>([
  { what: 'open when nothing answers them', after: [], open: true },
  { what: 'open when one is left', after: [request(returned('a'))], open: true },
  {
    what: 'answered by results and requests to retry',
    after: [request(returned('a')), request(retry('b'))],
    open: false,
  },
])('calls are $what', ({ after, open }) => {
  expect(hasOpenCalls(response(calls('a'), calls('b')), after)).toBe(open);
});

const id = fc.constantFrom('a', 'b', 'c', 'constructor', '');

const requestPart: fc.Arbitrary<RequestPart> = fc.oneof(
  fc.string().map(user),
  id.map((toolCallId) => returned(toolCallId)),
  id.map(retry),
  fc.constant({ kind: 'retry-prompt' as const, content: 'again' }),
  fc.constant({ kind: 'system-prompt' as const, content: 'Be nice.' }),
);

const responsePart: fc.Arbitrary<ResponsePart> = fc.oneof(
  fc.string().map(said),
  id.map((toolCallId) => calls(toolCallId)),
);

const message: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.array(requestPart, { maxLength: 4 }).map((parts) => request(...parts)),
  fc.array(responsePart, { maxLength: 4 }).map((parts) => response(...parts)),
  fc.array(responsePart, { maxLength: 4 }).map((parts) => byHand(...parts)),
);

const anyMessages = fc.array(message, { maxLength: 10 });

/** What a run makes: each response's calls, their results, and what is said beside them. */
const inOrder = fc
  .array(fc.tuple(fc.uniqueArray(id, { maxLength: 3 }), fc.array(fc.string().map(user), { maxLength: 2 })))
  .map((turns) => [
    request(user('hi')),
    ...turns.flatMap(([ids, beside]) => [
      response(...ids.map((one) => calls(one))),
      request(...ids.map((one) => returned(one)), ...beside),
    ]),
  ]);

const partsOf = (messages: Messages): RequestPart[] =>
  messages.flatMap((one) => (one.kind === 'request' ? one.parts : []));

const isResult = (part: RequestPart): boolean => 'toolCallId' in part;

describe('any messages', () => {
  it('are repaired without an error, and once and for all', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const repaired = repairMessages(messages);
        expect(repairMessages(repaired)).toEqual(repaired);
      }),
      { numRuns: 1000 },
    );
  });

  it('are repaired in the same way each time, and stay as they were themselves', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const before = JSON.stringify(messages);
        expect(repairMessages(messages)).toEqual(repairMessages(messages));
        expect(JSON.stringify(messages)).toBe(before);
      }),
    );
  });

  it('are repaired as if there were more to repair beside them', () => {
    const stray = request(returned('nobody'));
    fc.assert(
      fc.property(fc.oneof(anyMessages, inOrder), (messages) => {
        expect(repairMessages(messages)).toEqual(repairMessages([stray, ...messages]));
      }),
      { numRuns: 1000 },
    );
  });

  it('are not even copied when they are in order, as those of a run are', () => {
    fc.assert(
      fc.property(inOrder, (messages) => {
        expect(repairMessages(messages)).toBe(messages);
      }),
    );
  });

  it('lose nothing that a user said, nor anything of a response', () => {
    const heard = (messages: Messages) => partsOf(messages).filter((part) => !isResult(part));
    const answered = (messages: Messages) =>
      messages.flatMap((one) => (one.kind === 'response' ? one.parts : []));
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const repaired = repairMessages(messages);
        expect(heard(repaired)).toEqual(heard(messages));
        expect(answered(repaired)).toEqual(answered(messages));
      }),
      { numRuns: 1000 },
    );
  });

  it('have one result for each call, and one call before each result', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const open: string[] = [];
        for (const one of repairMessages(messages)) {
          if (one.kind === 'response') {
            open.push(...toolCallsOf(one).map(({ toolCallId }) => toolCallId));
            continue;
          }
          for (const part of one.parts) {
            if (!('toolCallId' in part)) continue;
            const position = open.indexOf(part.toolCallId ?? '');
            expect(position).toBeGreaterThanOrEqual(0);
            open.splice(position, 1);
          }
        }
        expect(open).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('never have two requests in a row, nor two responses that were written by hand', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const repaired = repairMessages(messages);
        repaired.forEach((one, index) => {
          const next = repaired[index + 1];
          const bothRequests = one.kind === 'request' && next?.kind === 'request';
          expect(bothRequests).toBe(false);
          const bothByHand = [one, next].every((each) => each?.kind === 'response' && !each.modelName);
          expect(bothByHand).toBe(false);
        });
      }),
    );
  });
});
