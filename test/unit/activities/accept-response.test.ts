import { acceptResponse } from '../../../src/activities/accept-response';
import { UnexpectedModelBehaviorError } from '../../../src/common/errors';
import {
  type ModelMessage,
  type ModelResponse,
  type ResponsePart,
  toolCallsOf,
} from '../../../src/common/messages';
import { MAX_TOOL_CALLS_PER_RESPONSE } from '../../../src/common/size-limits';

const call = (toolCallId: string, toolName = 'add'): ResponsePart => ({
  kind: 'tool-call',
  toolName,
  args: '{',
  toolCallId,
});

const response = (...parts: readonly ResponsePart[]): ModelResponse => ({
  kind: 'response',
  parts,
  usage: { inputTokens: 1 },
});

const idsOf = (accepted: ModelResponse): string[] =>
  toolCallsOf(accepted).map(({ toolCallId }) => toolCallId);

const DRAWN = /^call_[\w-]{12}$/;

describe('a response, before it enters the transcript', () => {
  it('stays as it is when nothing is wrong with it', () => {
    const said = response({ kind: 'text', content: 'Adding.' }, call('a'), call('b'));
    expect(acceptResponse(said, [])).toEqual(said);
    expect(acceptResponse(response({ kind: 'text', content: 'Hi.' }), [])).toEqual(
      response({ kind: 'text', content: 'Hi.' }),
    );
  });

  it('gives a call a new id when an earlier response has it', () => {
    const earlier: ModelMessage[] = [{ kind: 'request', parts: [] }, response(call('a'))];
    const [first, second] = idsOf(acceptResponse(response(call('a'), call('b')), earlier));
    expect(first).toMatch(DRAWN);
    expect(second).toBe('b');
  });

  it('gives the second of two calls with one id a new one', () => {
    const [first, second, third] = idsOf(acceptResponse(response(call('a'), call('a'), call('a')), []));
    expect(first).toBe('a');
    expect(second).toMatch(DRAWN);
    expect(third).toMatch(DRAWN);
    expect(third).not.toBe(second);
  });

  it.each(['', 'x'.repeat(129)])('gives a call an id in place of %j', (unusable) => {
    expect(idsOf(acceptResponse(response(call(unusable)), []))).toEqual([expect.stringMatching(DRAWN)]);
  });

  it('cuts the name of a tool that cannot exist, and leaves the arguments as they were written', () => {
    const [long] = toolCallsOf(acceptResponse(response(call('a', '😀'.repeat(1_000))), []));
    expect(long).toEqual({ kind: 'tool-call', toolName: '😀'.repeat(64), args: '{', toolCallId: 'a' });
  });

  it('may hold as many calls as one step carries out, and not one more', () => {
    const calls = Array.from({ length: MAX_TOOL_CALLS_PER_RESPONSE }, (_, index) => call(`call-${index}`));
    expect(toolCallsOf(acceptResponse(response(...calls), []))).toHaveLength(MAX_TOOL_CALLS_PER_RESPONSE);
    const accepting = (): unknown => acceptResponse(response(...calls, call('one-more')), []);
    expect(accepting).toThrow(UnexpectedModelBehaviorError);
    expect(accepting).toThrow('The model made 257 tool calls in one response; at most 256 are carried out');
  });

  it.each([undefined, null, 'text', {}, { parts: 'none' }])('has parts, or is none: %j', (value) => {
    const answer = value as unknown as ModelResponse; // what a model written in JavaScript may return
    expect(() => acceptResponse(answer, [])).toThrow(UnexpectedModelBehaviorError);
  });
});
