import type { OpenAI } from 'openai';
import { z } from 'zod';
import { assertJsonObject, toAnsweredError, UnreadableAnswer } from './unreadable-answer';

type CountBody = OpenAI.Responses.InputTokenCountParams;

const counted = z.looseObject({ input_tokens: z.number() });

/** The fields of a request that the provider's counter takes; it refuses all others. */
const COUNTED = new Set<string>([
  'conversation',
  'input',
  'instructions',
  'model',
  'parallel_tool_calls',
  'personality',
  'previous_response_id',
  'reasoning',
  'text',
  'tool_choice',
  'tools',
  'truncation',
] satisfies (keyof CountBody)[]);

/** What of a request decides how many tokens it has. */
export function toTokenCountBody(body: object): CountBody {
  return Object.fromEntries(Object.entries(body).filter(([field]) => COUNTED.has(field)));
}

export function fromTokenCount(body: unknown): number {
  assertJsonObject(body);
  const error = toAnsweredError(body);
  if (error !== undefined) throw error;
  const parsed = counted.safeParse(body);
  if (!parsed.success) throw new UnreadableAnswer('is no count of tokens', { retryable: false });
  return parsed.data.input_tokens;
}
