// Transcripts as runs leave them, the odd ones among them: each call has a tool of its own, so that it is known again.
import * as fc from 'fast-check';
import type { ModelMessage, RequestPart, ResponsePart, ToolCallPart } from '../../src/common/messages';
import { repairMessages } from '../../src/common/repair';
import { request, response, said, user } from './messages';

interface Step {
  readonly kind: 'prompt' | 'answer' | 'complaint' | 'tools' | 'late' | 'interrupted' | 'leftover';
  /** Characters of what is said or returned. */
  readonly size: number;
  readonly calls: number;
  readonly asksToRetry: boolean;
  readonly content: boolean;
  readonly thinks: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('tools' as const) },
    fc.constantFrom('prompt', 'answer', 'complaint', 'late', 'interrupted', 'leftover'),
  ),
  size: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 4_000 })),
  calls: fc.integer({ min: 1, max: 3 }),
  asksToRetry: fc.boolean(),
  content: fc.boolean(),
  thinks: fc.boolean(),
});

/** Of runs of this library, where each call has an id of its own. Ends with a request, as everything that is sent. */
export const runTranscript = transcriptWith(fc.constant(false));

/** Of others, too: some providers number the calls of each response anew. */
export const anyTranscript = transcriptWith(fc.boolean());

function transcriptWith(repeated: fc.Arbitrary<boolean>): fc.Arbitrary<readonly ModelMessage[]> {
  return fc
    .record({ begins: fc.boolean(), steps: fc.array(step, { maxLength: 14 }), asks: fc.boolean(), repeated })
    .map(({ begins, steps, asks, repeated: anew }) => {
      const writer = new Writer(anew);
      const written = steps.flatMap((one) => writer.write(one));
      const first = begins ? [request(user('The task.'))] : [];
      const isOpen = written.at(-1)?.kind !== 'request';
      return [...first, ...written, ...(asks || isOpen ? [request(user('And now?'))] : [])];
    });
}

class Writer {
  #calls = 0;

  constructor(readonly repeated: boolean) {}

  write(one: Step): ModelMessage[] {
    const text = 'x'.repeat(one.size);
    const calls = this.#callsOf(one);
    const results = calls.map((call) => toResult(call, one));
    const content: RequestPart[] = one.content ? [user(`seen: ${text}`)] : [];
    const thinking: ResponsePart[] = one.thinks ? [{ kind: 'thinking', content: 'Hm.' }] : [];
    switch (one.kind) {
      case 'prompt':
        return [request(user(text))];
      case 'answer':
        return [response(said(text))];
      case 'complaint':
        return [response(said(text)), request({ kind: 'retry-prompt', content: 'Please call a tool.' })];
      case 'tools':
        return [response(...thinking, ...calls), request(...results, ...content)];
      case 'late':
        return [
          response(...calls),
          request(...results.slice(1)),
          response(said(text)),
          request(...results.slice(0, 1)),
        ];
      case 'interrupted':
        return [{ ...response(...calls), state: 'interrupted' }, request(...results.slice(1))];
      case 'leftover':
        return [request(...results)];
    }
  }

  #callsOf({ calls }: Step): ToolCallPart[] {
    return Array.from({ length: calls }, (_, index) => {
      const number = this.#calls++;
      const toolCallId = `call_${this.repeated ? index : number}`;
      return { kind: 'tool-call', toolName: `tool_${number}`, args: '{}', toolCallId };
    });
  }
}

function toResult({ toolName, toolCallId }: ToolCallPart, { size, asksToRetry }: Step): RequestPart {
  return asksToRetry
    ? { kind: 'retry-prompt', toolName, toolCallId, content: 'Again, please.' }
    : { kind: 'tool-return', toolName, toolCallId, content: { found: 'x'.repeat(size) }, outcome: 'success' };
}

/** What the model is told of each call: `tool_3: tool_3, success`, by the tool that was called. */
export function answersOf(messages: readonly ModelMessage[]): ReadonlyMap<string, string> {
  const sent = repairMessages(messages);
  const answers = sent.flatMap((message, index): [string, string][] => {
    const next = sent[index + 1];
    if (message.kind !== 'response') return [];
    return message.parts.flatMap((part): [string, string][] => {
      if (part.kind !== 'tool-call') return [];
      const answer =
        next?.kind === 'request' ? next.parts.find((result) => isAnswer(result, part)) : undefined;
      return [[part.toolName, describe(answer)]];
    });
  });
  return new Map(answers);
}

function isAnswer(result: RequestPart, { toolCallId }: ToolCallPart): boolean {
  return 'toolCallId' in result && result.toolCallId === toolCallId;
}

function describe(answer: RequestPart | undefined): string {
  if (answer === undefined || !('toolCallId' in answer)) return 'nothing';
  return `${answer.toolName ?? ''}, ${answer.kind === 'tool-return' ? answer.outcome : 'retry'}`;
}
