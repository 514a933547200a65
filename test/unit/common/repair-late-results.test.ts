// A bug: a result that came after another response stayed there, and providers refused the conversation.
import fc from 'fast-check';
import type { ModelMessage, RequestPart, ResponsePart } from '../../../src/common/messages';
import { INTERRUPTED_CALL, repairMessages } from '../../../src/common/repair';

const call = (toolCallId: string): ResponsePart => ({
  kind: 'tool-call',
  toolName: 'add',
  args: '{}',
  toolCallId,
});

const result = (toolCallId: string): RequestPart => ({
  kind: 'tool-return',
  toolName: 'add',
  toolCallId,
  content: 3,
  outcome: 'success',
});

const user = (content: string): RequestPart => ({ kind: 'user-prompt', content });
const request = (...parts: RequestPart[]): ModelMessage => ({ kind: 'request', parts });
const response = (modelName: string, ...parts: ResponsePart[]): ModelMessage => ({
  kind: 'response',
  parts,
  usage: {},
  modelName,
});

it('a result that came after another response stands right behind its call', () => {
  const repaired = repairMessages([
    response('m', call('a'), call('b')),
    request(user('Well?')),
    response('m', call('c')),
    request(user('So?'), result('a'), result('c')),
  ]);
  expect(repaired).toEqual([
    response('m', call('a'), call('b')),
    request(
      result('a'),
      { ...result('b'), content: INTERRUPTED_CALL, outcome: 'interrupted' } as RequestPart,
      user('Well?'),
    ),
    response('m', call('c')),
    request(result('c'), user('So?')),
  ]);
});

it('each response is followed by the results of its calls, whatever came when', () => {
  const id = fc.constantFrom('a', 'b');
  const message = fc.oneof(
    fc
      .array(fc.oneof(id.map(result), fc.constant(user('x'))), { maxLength: 3 })
      .map((parts) => request(...parts)),
    fc.tuple(fc.constantFrom('m', 'n'), fc.array(id.map(call), { maxLength: 2 })).map(([name, parts]) => {
      const { modelName, ...byHand } = response(name, ...parts) as ModelMessage & { modelName: string };
      return modelName === 'n' ? byHand : { ...byHand, modelName };
    }),
  );
  fc.assert(
    fc.property(fc.array(message as fc.Arbitrary<ModelMessage>, { maxLength: 8 }), (messages) => {
      const repaired = repairMessages(messages);
      const responses = repaired.flatMap((one, index) => (one.kind === 'response' ? [{ one, index }] : []));
      const answers = responses.map(({ index }) => resultsIn(repaired[index + 1]));
      expect(answers).toEqual(responses.map(({ one }) => idsOf(one.parts)));
    }),
    { numRuns: 1000 },
  );
});

function resultsIn(message: ModelMessage | undefined): string[] {
  return message?.kind === 'request' ? idsOf(message.parts) : [];
}

/** Of the calls that are made, or answered. */
function idsOf(parts: readonly (RequestPart | ResponsePart)[]): string[] {
  return parts.flatMap((part) => ('toolCallId' in part ? [part.toolCallId ?? ''] : [])).sort();
}
