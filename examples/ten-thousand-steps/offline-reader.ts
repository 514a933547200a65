import type { JsonValue, ModelMessage, RequestPart } from 'perdure';
import { functionModel, type ScriptedCall } from 'perdure/testing';
import { z } from 'zod';

const pageSchema = z.object({ page: z.int(), text: z.string(), next: z.string().optional() });

/** Reads on where the last page that it sees says. It knows nothing by itself: any worker goes on with it. */
export const offlineReader = functionModel(
  (messages) => {
    const last = requestPartsOf(messages).findLast((part) => part.kind === 'tool-return');
    const call = last === undefined ? read(firstCodeIn(messages)) : goOn(last.content);
    return { calls: [call], usage: { inputTokens: estimateTokens(messages), outputTokens: 20 } };
  },
  { name: 'offline' },
);

function goOn(content: JsonValue): ScriptedCall {
  const { page, text, next } = pageSchema.parse(content);
  if (next !== undefined) return read(next);
  return { tool: 'final_result', args: { pages: page, lastWord: text.split(' ').at(-1) ?? '' } };
}

function read(code: string): ScriptedCall {
  return { tool: 'read_page', args: { code } };
}

function firstCodeIn(messages: readonly ModelMessage[]): string {
  const prompt = requestPartsOf(messages).find((part) => part.kind === 'user-prompt')?.content;
  return (typeof prompt === 'string' ? /\d+-[0-9a-f]+/.exec(prompt)?.[0] : undefined) ?? '';
}

function requestPartsOf(messages: readonly ModelMessage[]): readonly RequestPart[] {
  return messages.flatMap((message) => (message.kind === 'request' ? message.parts : []));
}

const CHARACTERS_PER_TOKEN = 4;

export function estimateTokens(messages: readonly ModelMessage[]): number {
  return Math.ceil(JSON.stringify(messages).length / CHARACTERS_PER_TOKEN);
}
