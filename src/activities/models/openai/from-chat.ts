import { z } from 'zod';
import type { JsonObject } from '../../../common/json';
import type { FinishReason, ModelResponse } from '../../../common/messages';
import { detailsOf, withDetails } from './details';
import { fromChatMessage } from './from-chat-message';
import { fromUsage } from './from-usage';
import { assertJsonObject, toAnsweredError, UnreadableAnswer } from './unreadable-answer';

const choice = z.looseObject({
  finish_reason: z.string().nullish(),
  message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
});

const chatBody = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z.array(choice),
});

/** Fields that are read, that our own timestamp tells as well, or that OpenAI has deprecated. */
const ANSWER_FIELDS = [
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'system_fingerprint',
];

const CHOICE_FIELDS = ['index', 'message', 'finish_reason', 'logprobs'];

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content_filter',
  tool_calls: 'tool_call',
};

/** The model's answer in a body of the Chat Completions API, or of a server that speaks it more or less. */
export function fromChat(body: unknown): ModelResponse {
  const { answer, first, others } = parse(body);
  const { message, finish_reason: reason } = first;
  // A refusal is no answer: it is told in the details, with the finish reason that says that nothing came through.
  const finishReason = message.refusal ? 'content_filter' : FINISH_REASONS[reason ?? ''];
  return {
    kind: 'response',
    parts: fromChatMessage(message, first),
    usage: fromUsage(answer['usage']),
    ...(answer.model ? { modelName: answer.model } : {}),
    providerName: 'openai',
    ...(answer.id ? { providerResponseId: answer.id } : {}),
    ...(finishReason === undefined ? {} : { finishReason }),
    timestamp: new Date().toISOString(),
    ...withDetails({
      ...detailsOf(answer, ANSWER_FIELDS),
      ...detailsOf(first, CHOICE_FIELDS),
      ...detailsOf({ logprobs: message.content ? null : first['logprobs'] }, []),
      ...detailsOf({ finish_reason: finishReason === undefined ? reason : null, choices: others }, []),
      ...detailsOf({ refusal: message.refusal, service_tier: toTier(answer['service_tier']) }, []),
    }),
  };
}

function parse(body: unknown) {
  assertJsonObject(body);
  const error = toAnsweredError(body);
  if (error !== undefined) throw error;
  const parsed = chatBody.safeParse(body);
  if (!parsed.success) throw new UnreadableAnswer('is no chat completion', { retryable: false });
  const [first, ...others] = parsed.data.choices;
  if (first === undefined) {
    throw new UnreadableAnswer('is a chat completion without choices', { retryable: true });
  }
  return { answer: parsed.data, first, others };
}

/** Other tiers have other prices and speeds; `auto` in the request does not tell which one it was. */
function toTier(tier: unknown): JsonObject[string] {
  return typeof tier === 'string' && tier !== 'default' ? tier : null;
}
