import type { Model } from '../../../common/model';
import type { OpenAIModelOptions } from './client';
import { fromResponseEvents } from './from-response-events';
import { fromResponses } from './from-responses';
import { type Api, createModel } from './request';
import { toResponsesBody } from './to-responses-body';
import { toTokenCountBody } from './token-count';

const RESPONSES: Api = {
  path: '/responses',
  toBody: toResponsesBody,
  fromBody: fromResponses,
  streamFields: { stream: true },
  fromEvents: fromResponseEvents,
  counter: { path: '/responses/input_tokens', toBody: toTokenCountBody },
};

/**
 * A model behind OpenAI's Responses API, which keeps what a reasoning model thought between requests. Its name is
 * `openai:NAME`. The API has no place for `seed`, `stopSequences` and the two penalties; they are not sent.
 */
export function openAIResponsesModel(name: string, options: OpenAIModelOptions = {}): Model {
  return createModel(RESPONSES, { model: `openai:${name}`, name }, options);
}
