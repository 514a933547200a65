import { z } from 'zod';
import type { JsonObject } from '../../../common/json';
import type { FinishReason, ModelResponse, ResponsePart } from '../../../common/messages';
import { detailsOf, withDetails } from './details';
import { fromOutputItem, refusalOf } from './from-output-items';
import { fromUsage } from './from-usage';
import { assertJsonObject, toAnsweredError, UnreadableAnswer } from './unreadable-answer';

const responseBody = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  status: z.string().nullish(),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.looseObject({})),
});

type ResponseBody = z.infer<typeof responseBody>;

/** Fields that are read, or that only repeat what the request said. */
const KNOWN = [
  ...['id', 'object', 'model', 'status', 'error', 'output', 'output_text', 'usage', 'tool_usage'],
  ...['created_at', 'completed_at', 'incomplete_details', 'billing', 'service_tier'],
  ...[
    'background',
    'conversation',
    'include',
    'instructions',
    'max_output_tokens',
    'max_tool_calls',
    'metadata',
  ],
  ...['parallel_tool_calls', 'previous_response_id', 'prompt', 'reasoning', 'safety_identifier', 'store'],
  ...[
    'prompt_cache_key',
    'prompt_cache_retention',
    'prompt_cache_options',
    'frequency_penalty',
    'presence_penalty',
  ],
  ...['temperature', 'text', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation', 'user'],
];

/** The model's answer in a body of the Responses API. */
export function fromResponses(body: unknown): ModelResponse {
  const answer = parse(body);
  const parts = answer.output.flatMap(fromOutputItem);
  const refusal = refusalOf(parts);
  const finishReason = refusal === undefined ? toFinishReason(answer, parts) : 'content_filter';
  return {
    kind: 'response',
    parts,
    usage: fromUsage({ ...asObject(answer['usage']), tool_usage: answer['tool_usage'] }),
    ...(answer.model ? { modelName: answer.model } : {}),
    providerName: 'openai',
    ...(answer.id ? { providerResponseId: answer.id } : {}),
    ...(finishReason === undefined ? {} : { finishReason }),
    timestamp: new Date().toISOString(),
    ...withDetails({ ...toDetails(answer, finishReason), ...(refusal === undefined ? {} : { refusal }) }),
  };
}

function parse(body: unknown): ResponseBody {
  assertJsonObject(body);
  const error = toAnsweredError(body);
  if (error !== undefined) throw error;
  const parsed = responseBody.safeParse(body);
  if (!parsed.success) {
    throw new UnreadableAnswer('is no response of the Responses API', { retryable: false });
  }
  const { status } = parsed.data;
  if (status === 'failed') throw new UnreadableAnswer('has failed, without a reason', { retryable: true });
  if (status === 'queued' || status === 'in_progress' || status === 'cancelled') {
    throw new UnreadableAnswer(`is '${status}': background responses are not awaited here`, {
      retryable: false,
    });
  }
  return parsed.data;
}

function toFinishReason(answer: ResponseBody, parts: readonly ResponsePart[]): FinishReason | undefined {
  const { status } = answer;
  if (status === 'incomplete') {
    const reason = answer.incomplete_details?.reason;
    return reason === 'max_output_tokens' ? 'length' : reason === 'content_filter' ? reason : undefined;
  }
  if (status !== 'completed' && status !== undefined && status !== null) return undefined;
  return parts.some(({ kind }) => kind === 'tool-call') ? 'tool_call' : 'stop';
}

function toDetails(answer: ResponseBody, finishReason: FinishReason | undefined): JsonObject {
  const { status, incomplete_details: incomplete, service_tier: tier } = answer;
  return {
    ...detailsOf(answer, KNOWN),
    ...(finishReason === undefined ? detailsOf({ status, incomplete_details: incomplete }, []) : {}),
    // Other tiers have other prices and speeds; `auto` in the request does not tell which one it was.
    ...(typeof tier === 'string' && tier !== 'default' ? { service_tier: tier } : {}),
  };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
